import type { CallKind, History, OpenEntry } from '../replay/index.js';
import type { OpenCall } from './call.js';
import type { CallContext } from './call-context.js';
import type { Undo } from './undo.js';

/** Carries out a call that the journal has no outcome of. */
export type Perform = (call: OpenCall, begun: OpenEntry | undefined) => Promise<void>;

/** What carries out the calls of one run. */
export interface CallTaker extends CallContext {
  /** The time as the workflow sees it: the same on every replay. */
  readonly logicalNowMs: number;
  readonly history: Pick<History, 'patch'>;
  readonly derived: { uuid(): string; random(): number };
  /** Takes the next place in the journal, and performs the call unless the journal has its outcome. */
  call(kind: CallKind, name: string, perform: Perform, undo?: Undo): Promise<unknown>;
}
