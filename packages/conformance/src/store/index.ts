import { describe } from 'vitest';
import { announcing } from './announcing.js';
import { atomicity } from './atomicity.js';
import type { StoreHome } from './bench.js';
import { bulk } from './bulk.js';
import { cancelling, resuming } from './cancelling.js';
import { claiming } from './claiming.js';
import { counting } from './counting.js';
import { deadlines } from './deadlines.js';
import { debounce, debouncing } from './debounce.js';
import { deduplication } from './deduplication.js';
import { events } from './events.js';
import { executors } from './executors.js';
import { fencing } from './fencing.js';
import { finishing } from './finishing.js';
import { handles } from './handles.js';
import { journals } from './journals.js';
import { leases } from './leases.js';
import { listing } from './listing.js';
import { looking } from './looking.js';
import { messages } from './messages.js';
import { offsets } from './offsets.js';
import { parking } from './parking.js';
import { pausing } from './pausing.js';
import { payloads } from './payloads.js';
import { pending } from './pending.js';
import { queuePartitions } from './queue-partitions.js';
import { queueRates } from './queue-rates.js';
import { queueSettings } from './queue-settings.js';
import { queueing } from './queueing.js';
import { repairing } from './repairing.js';
import { retention } from './retention.js';
import { runMail } from './run-mail.js';
import { schedules } from './schedules.js';
import { starting } from './starting.js';
import { steps } from './steps.js';
import { stranding } from './stranded.js';
import { streams } from './streams.js';
import { storeSuites } from './subject.js';
import { takeovers } from './takeovers.js';
import { traceContexts } from './trace-contexts.js';
import { trees } from './trees.js';
import { unwinding } from './unwinding.js';
import { waits } from './waits.js';

export type { StoreHome } from './bench.js';

const SUBJECTS = [
  handles,
  starting,
  bulk,
  deduplication,
  debounce,
  debouncing,
  pending,
  steps,
  payloads,
  journals,
  finishing,
  parking,
  waits,
  fencing,
  claiming,
  queueing,
  queueRates,
  queuePartitions,
  queueSettings,
  leases,
  executors,
  cancelling,
  resuming,
  pausing,
  takeovers,
  trees,
  traceContexts,
  deadlines,
  unwinding,
  repairing,
  looking,
  listing,
  counting,
  stranding,
  atomicity,
  announcing,
  messages,
  events,
  streams,
  runMail,
  schedules,
  offsets,
  retention,
];

/**
 * Defines what every store must pass. To be called in a test file.
 *
 * @param makeStore makes a store with data of its own: once per subject, for some subjects once per test.
 * @param skips what is not asked of this store: the reason, by the name of a subject or of a test. It is in the title.
 */
export function storeConformance(
  name: string,
  makeStore: () => Promise<StoreHome>,
  skips: Readonly<Record<string, string>> = {},
): void {
  describe(`${name}: store conformance`, () => {
    const suites = storeSuites(makeStore, skips);
    for (const subject of SUBJECTS) suites.add(subject);
    suites.checkSkips();
  });
}
