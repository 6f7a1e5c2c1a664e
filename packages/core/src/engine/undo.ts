import type { OpenEntry } from '../replay/index.js';
import type { OpenCall } from './call.js';
import type { CallContext } from './call-context.js';

/** Takes back a call's result, as a call of its own. */
export type Undo = (
  run: CallContext,
  open: OpenCall,
  begun: OpenEntry | undefined,
  result: unknown,
) => Promise<void>;
