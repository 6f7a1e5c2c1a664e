export { Delivery } from './delivery.js';
export { Derived } from './derived.js';
export type { CallKind, JournalEntry, OpenEntry, Outcome, Payload, RecordedEntry } from './entry.js';
export { type CallVerdict, History } from './history.js';
export { type UndoPlan, undoPlan } from './undo.js';
