// For packages that carry Holdfast elsewhere: stores, ORMs, transports.

export {
  type Checkpoint,
  type CheckpointOutcome,
  type Checkpoints,
  type FoundCheckpoint,
  type IsolationLevel,
  PLAIN_TERMS,
  type RunSql,
  type RunTerms,
  type SqlAdapter,
  type SqlRow,
  type SqlValue,
  type StoreLocation,
  type TransactionalAdvance,
  type TransactionalStart,
  type TransactionalStartOutcome,
  type TransactionalStepMaker,
  type TransactionalStepMakerOptions,
  type TransactionalStepOptions,
  type TransactionOptions,
  transactionalSteps,
  type UndoableTransactionalStepOptions,
} from './define/index.js';
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
} from './engine/index.js';
export { type ErrorCode, HoldfastError, type HoldfastErrorOptions, isHoldfastError } from './errors/index.js';
export type { CallKind, JournalEntry, OpenEntry, Outcome, Payload, RecordedEntry } from './replay/index.js';
export type * from './store/index.js';
export {
  DEATHS_KEPT,
  FINAL_STATES,
  isFinal,
  isMail,
  keyTaken,
  RUN_STATES,
  runOf,
  strangerOf,
  touchedRuns,
} from './store/index.js';
