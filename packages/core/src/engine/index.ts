export type { EngineDeps } from './deps.js';
export { Engine } from './engine.js';
export type { EngineOptions } from './engine-options.js';
export { accepted, UNCHECKED_INPUT } from './input.js';
export { type Logger, silentLogger } from './logger.js';
export { type LookOptions, Onlooker, type SeenEvent, type SeenStream } from './onlooker.js';
export { PRUNE_LIMIT } from './retention-chore.js';
export {
  cancelledOutcome,
  idConflict,
  notLaunched,
  notOpen,
  runNotFound,
  shutDown,
  unknownWorkflow,
} from './run-errors.js';
export type { ScheduleChange, Stretch } from './schedules.js';
export { seenFork, seenStart } from './seen-start.js';
export { joinedRun } from './start-answer.js';
export { encodeTags, plainObjectJson } from './tags.js';
export type {
  AttemptWatch,
  RunWatch,
  SeenApp,
  SeenAttempt,
  SeenBatch,
  SeenCall,
  SeenClaim,
  SeenDeparture,
  SeenMessage,
  SeenQueue,
  SeenRun,
  SeenStart,
  SeenStarting,
  SeenTrace,
  Telemetry,
  TraceContext,
} from './telemetry.js';
export type { StartRequest } from './workflows.js';
