export type {
  Attendance,
  Claim,
  ClaimRequest,
  ExecutorInfo,
  Renewal,
  Signal,
  Store,
  StoreListener,
} from './contract.js';
export type { ControlStore, Expiry, HeldRun, Overdue, OverdueRun } from './control-store.js';
export { DEATHS_KEPT, type Death } from './death.js';
export {
  type EntryOutcome,
  type FinishEntry,
  type ParkEntry,
  type PauseEntry,
  type ReleaseEntry,
  runOf,
  type StartEntry,
  type StoreEntry,
  touchedRuns,
  type UnwindEntry,
  type VacateEntry,
} from './entries.js';
export type { ExecutorRecord, ExecutorStore } from './executor-store.js';
export { keyTaken } from './key-taken.js';
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
  type CloseEntry,
  isMail,
  type MailEntry,
  type ReceiveEntry,
  type SendEntry,
  type SetEntry,
  strangerOf,
  type WriteEntry,
} from './mail-entries.js';
export type {
  EventAnswer,
  EventQuestion,
  MailOfRun,
  MailStore,
  MessageQuestion,
  ShownEvent,
  ShownStream,
  StoredStreamValue,
  StreamAnswer,
  StreamQuestion,
  UnreceivedCount,
  WaitingMessage,
} from './mail-store.js';
export type { OffsetMove, OffsetRecord, OffsetStore } from './offset-store.js';
export type { DebounceOutcome, DebounceRequest, DebouncingCall, PendingStore } from './pending-store.js';
export type { QueueDeletion, QueueRecord, QueueStore } from './queue-store.js';
export type { Fork, ForkOutcome, RepairStore, ReplacedResult, Retry } from './repair-store.js';
export type {
  EndedPosition,
  PruneCriteria,
  Pruned,
  PruneRequest,
  RetentionStore,
} from './retention-store.js';
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
export type {
  DueSchedule,
  DueSchedules,
  NewSchedule,
  ScheduleRecord,
  ScheduleStore,
  ScheduleWrite,
  StoredSchedule,
  Tick,
  TickOutcome,
} from './schedule-store.js';
export type { OfferedWorkflow, ServedWorkflow, Serves } from './serving.js';
export type { StepRecord, StepsPage } from './step.js';
export type { StepEntry } from './step-entry.js';
export type { StrandedGroup, VersionMove, VersionMoved, VersionStore } from './version-store.js';
export type {
  NotedWait,
  Wait,
  WaitingRun,
  WaitPosition,
  WaitStore,
  WaitsSwept,
  Woken,
} from './wait-store.js';
