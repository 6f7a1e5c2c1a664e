export type {
  Attendance,
  Claim,
  ClaimRequest,
  ExecutorInfo,
  Renewal,
  ServedWorkflow,
  Serves,
  Signal,
  Store,
  StoreListener,
} from './contract.js';
export type { ControlStore, Expiry, HeldRun, Overdue, OverdueRun } from './control-store.js';
export {
  type EntryOutcome,
  type FinishEntry,
  type ParkEntry,
  type ReleaseEntry,
  type StartEntry,
  type StepEntry,
  type StoreEntry,
  touchedRuns,
} from './entries.js';
export type {
  ListedRun,
  LookingStore,
  RunCount,
  RunCriteria,
  RunPage,
  RunPageRequest,
  RunPosition,
  TimeSpan,
} from './looking-store.js';
export {
  FINAL_STATES,
  isFinal,
  type NewRun,
  type OwnedRun,
  RUN_STATES,
  type RunRecord,
  type RunState,
  type RunStatus,
} from './run.js';
export type { StepRecord, StepsPage } from './step.js';
