import type { Schema } from '../sql/names.js';
import { claimFromQueue } from './functions/claim-from-queue.js';
import { claimQueued } from './functions/claim-queued.js';
import { dueHint } from './functions/due-hint.js';
import { lineHeads } from './functions/line-heads.js';
import { lineHint } from './functions/line-hint.js';
import { lineParts } from './functions/line-parts.js';
import { recentStarts } from './functions/recent-starts.js';
import type { Migration } from './migration.js';

/** How runs are taken from queues. */
export const claimingQueued: Migration = {
  version: 7,
  name: 'claim queued',
  text: (s: Schema) =>
    [recentStarts, lineParts, lineHeads, lineHint, dueHint, claimFromQueue, claimQueued]
      .map((make) => make(s))
      .join('\n'),
};
