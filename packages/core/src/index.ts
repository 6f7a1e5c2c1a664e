// For applications. Every name here is part of the public API.

export {
  type CancelOptions,
  type ControlStartOptions,
  Holdfast,
  type HoldfastOptions,
  type NamedClass,
  type RunHandle,
  type Runs,
  type RunView,
  type Starter,
  type StartOptions,
  type StepView,
} from './client/index.js';
export type { Constructor, Recipe } from './codec/index.js';
export {
  createRegistry,
  currentRun,
  type MethodDecorator,
  type NamedInstance,
  now,
  type PartitionLimitOptions,
  type Queue,
  type QueueApply,
  type QueueLimitOptions,
  type QueueOptions,
  queue,
  type RateLimit,
  type Registry,
  type RetryOptions,
  type RunInfo,
  random,
  type SchemaWorkflowOptions,
  type StandardSchema,
  type Step as StepFunction,
  type StepInfo,
  type StepMaker,
  StepMethod as Step,
  type StepOptions,
  sleep,
  step,
  Transaction,
  type TransactionalStepMaker,
  type TransactionalStepOptions,
  uuid,
  type Workflow as WorkflowFunction,
  type WorkflowControlOptions,
  WorkflowMethod as Workflow,
  type WorkflowOptions,
  workflow,
  workflowOf,
} from './define/index.js';
export type { Logger } from './engine/index.js';
export {
  type ErrorCode,
  HoldfastError,
  isHoldfastError,
  NonDeterminismError,
  NonRetryableError,
} from './errors/index.js';
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory/index.js';
export type { RunState } from './store/index.js';
export type { Clock, Duration } from './time/index.js';
