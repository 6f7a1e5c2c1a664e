export { type Channel, channel, type SendOptions } from './channel.js';
export { type Ticks, ticksOf } from './cron.js';
export {
  type MethodDecorator,
  type NamedInstance,
  type NamedOptions,
  Step as StepMethod,
  Transaction,
  Workflow as WorkflowMethod,
  workflowOf,
  workflowsOf,
} from './decorators.js';
export { type Event, event } from './event.js';
export { MAIL, type MailOptions, type SchemaMailOptions } from './mail.js';
export type {
  CloseCall,
  GetCall,
  Mail,
  MailDefinition,
  ReadCall,
  ReceiveCall,
  RunMail,
  SendCall,
  ShowCall,
  StepOrigin,
  StreamCursor,
  StreamEntry,
} from './mail-calls.js';
export { checkMessageKey, checkName, checkRunId, isRunId } from './names.js';
export { patched, retirePatch } from './patched.js';
export { type QueueOptions, queue, queueName } from './queue.js';
export type { Queue, QueueApply } from './queue-definition.js';
export {
  changedLimits,
  NO_LIMITS,
  type PartitionLimitOptions,
  type QueueLimitOptions,
  type QueueLimits,
  type RateLimit,
  type StoredRate,
} from './queue-limits.js';
export {
  createRegistry,
  defaultRegistry,
  duplicateQueue,
  duplicateSchedule,
  duplicateWorkflow,
  type LaunchedApp,
  type RegisteredAdapter,
  type Registry,
} from './registry.js';
export { type RetryOptions, type RetryPolicy, retryDelayMs, retryPolicy, retryVerdict } from './retry.js';
export { PLAIN_TERMS, type RunTerms, runTerms } from './run-terms.js';
export {
  checkScheduleName,
  type OptionsFor,
  planOf,
  type ScheduleOptions,
  type ScheduleTerms,
  schedule,
  scheduleOf,
} from './schedule.js';
export type { CatchUp, Overlap, Schedule, ScheduleApply, SchedulePlan } from './schedule-definition.js';
export { Scheduled as ScheduledMethod, type ScheduledOptions } from './scheduled-method.js';
export {
  type Ambient,
  ambient,
  type ChildCall,
  currentRun,
  type DebounceCall,
  type RunInfo,
  type RunScope,
  type StepCall,
  type StepInfo,
  workflowScope,
} from './scope.js';
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardResult,
  StandardSchema,
} from './standard-schema.js';
export { type Step, type StepMaker, step } from './step.js';
export {
  type StepOptions,
  type StepPolicy,
  stepPolicy,
  type UndoableStepOptions,
  undoOptions,
} from './step-options.js';
export { type Stream, stream } from './stream.js';
export { type ReadOptions, StreamReader } from './stream-reader.js';
export { now, random, sleep, uuid } from './timekeeping.js';
export type {
  Checkpoint,
  CheckpointOutcome,
  Checkpoints,
  FoundCheckpoint,
  IsolationLevel,
  RunSql,
  SqlAdapter,
  SqlRow,
  SqlValue,
  StoreLocation,
  TransactionalAdvance,
  TransactionalStart,
  TransactionalStartOutcome,
  TransactionalStepOptions,
  TransactionCall,
  TransactionOptions,
  UndoableTransactionalStepOptions,
} from './transaction.js';
export {
  type TransactionalStepMaker,
  type TransactionalStepMakerOptions,
  transactionalSteps,
} from './transactional-steps.js';
export { timeoutOf, type WaitOptions } from './wait-options.js';
export {
  callable,
  DEFINITION,
  definitionOf,
  type SchemaWorkflowOptions,
  type Workflow,
  type WorkflowOptions,
  workflow,
} from './workflow.js';
export {
  timeoutMs,
  type WorkflowControl,
  type WorkflowControlOptions,
  workflowControl,
} from './workflow-control.js';
export type { WorkflowDefinition } from './workflow-definition.js';
