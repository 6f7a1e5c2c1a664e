export { Delivery } from './delivery.js';
export { Derived } from './derived.js';
export type { CallKind, JournalEntry, OpenEntry, Outcome, Payload, RecordedEntry } from './entry.js';
export { type ForkRequest, forkCut, replacedSeqs, type StepSeen, undoneSeqs } from './fork.js';
export { type CallVerdict, History } from './history.js';
export { retryCut } from './retry.js';
export { type UndoPlan, undoPlan } from './undo.js';
