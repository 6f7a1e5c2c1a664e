import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitBatch, commitLone } from '../src/sql/batch/commit.js';
import { commitMail } from '../src/sql/batch/mail-batch.js';
import { readStanding } from '../src/sql/batch/standing.js';
import { recordCheckpoint } from '../src/sql/checkpoints/record.js';
import { readTaken } from '../src/sql/checkpoints/start.js';
import { readEvents } from '../src/sql/events/read.js';
import { buryExecutors } from '../src/sql/executors/bury.js';
import { renewExecutor } from '../src/sql/executors/renew.js';
import { readUnreceived } from '../src/sql/messages/unreceived.js';
import { schemaNamed } from '../src/sql/names.js';
import { advanceReader } from '../src/sql/offsets/advance.js';
import { moveReader } from '../src/sql/offsets/move.js';
import { readOffsets } from '../src/sql/offsets/read.js';
import { setDue, setPriority } from '../src/sql/pending/change.js';
import { debounceRun } from '../src/sql/pending/debounce.js';
import { readDebounced } from '../src/sql/pending/debounced.js';
import { deleteRuns } from '../src/sql/repair/delete.js';
import { forkRun } from '../src/sql/repair/fork.js';
import { retryRuns } from '../src/sql/repair/retry.js';
import { listBusyRuns } from '../src/sql/runs/busy.js';
import { cancelRuns } from '../src/sql/runs/cancel.js';
import { cancelTrees } from '../src/sql/runs/cancel-trees.js';
import { claimRuns } from '../src/sql/runs/claim.js';
import { expireRuns } from '../src/sql/runs/expire.js';
import { findRun } from '../src/sql/runs/find.js';
import { findHolder } from '../src/sql/runs/holder.js';
import { listLostRuns } from '../src/sql/runs/lost.js';
import { listDeadlines } from '../src/sql/runs/overdue.js';
import { listOwnedRuns } from '../src/sql/runs/owned.js';
import { pruneRuns } from '../src/sql/runs/prune.js';
import { resumeRun } from '../src/sql/runs/resume.js';
import { readStatuses } from '../src/sql/runs/statuses.js';
import { dueSchedules } from '../src/sql/schedules/due.js';
import { tickSchedules } from '../src/sql/schedules/tick.js';
import type { Statement, Value } from '../src/sql/statement.js';
import { listSteps } from '../src/sql/steps/list.js';
import { loadJournals } from '../src/sql/steps/load.js';
import { readStreams } from '../src/sql/streams/read.js';
import { lookAtWaits } from '../src/sql/waits/look.js';
import { noteWaits } from '../src/sql/waits/note.js';
import { sweepWaits } from '../src/sql/waits/sweep.js';
import { wakeWaiters } from '../src/sql/waits/wake.js';
import { type Home, postgresHome } from './support/homes.js';
import { openClient } from './support/sessions.js';

// A prepared statement keeps its plan until the tables are analyzed anew. So a plan that was made while an installation was
// new must still be right when it has taken its first load.

interface Case {
  readonly statement: Pick<Statement<readonly Value[], unknown>, 'name' | 'text'>;
  /** What it may look runs up by, beside their key. */
  readonly by?: RegExp;
}

const FORMS = [null, 'plain', 'full'] as const;

const batches = FORMS.flatMap((starts) =>
  FORMS.flatMap((steps) => FORMS.map((changes) => ({ starts, steps, changes }))),
)
  .filter(({ starts, steps, changes }) => starts ?? steps ?? changes)
  .map((kinds): Case => ({ statement: commitBatch(kinds) }));

const CASES: readonly Case[] = [
  ...batches,
  { statement: commitLone({ starts: 'plain', steps: null, changes: null, mail: false })! },
  { statement: commitLone({ starts: null, steps: 'plain', changes: null, mail: false })! },
  { statement: commitMail({ starts: null }) },
  { statement: commitMail({ starts: 'full' }) },
  { statement: readUnreceived },
  { statement: readEvents },
  { statement: readStreams },
  { statement: readStanding, by: /^runs_deduplication$/ },
  { statement: readTaken, by: /^runs_deduplication$/ },
  { statement: claimRuns, by: /^runs_due$/ },
  { statement: listOwnedRuns, by: /^runs_held$/ },
  { statement: loadJournals },
  { statement: renewExecutor, by: /^runs_held$/ },
  { statement: buryExecutors, by: /^runs_held$/ },
  { statement: cancelRuns },
  { statement: debounceRun },
  { statement: readDebounced },
  { statement: advanceReader },
  { statement: moveReader },
  { statement: readOffsets },
  { statement: setPriority },
  { statement: setDue },
  { statement: listBusyRuns },
  { statement: cancelTrees, by: /^runs_children$/ },
  { statement: expireRuns },
  { statement: listDeadlines, by: /^runs_deadline$/ },
  { statement: listLostRuns },
  { statement: resumeRun },
  { statement: retryRuns },
  { statement: forkRun },
  { statement: deleteRuns, by: /^runs_children$/ },
  { statement: findHolder, by: /^runs_deduplication$/ },
  { statement: readStatuses },
  { statement: findRun },
  { statement: listSteps },
  { statement: recordCheckpoint },
  { statement: pruneRuns, by: /^runs_(completed|children)$/ },
  { statement: dueSchedules, by: /^runs_unended_scheduled$/ },
  { statement: noteWaits },
  { statement: lookAtWaits },
  { statement: wakeWaiters },
  { statement: sweepWaits },
  { statement: tickSchedules, by: /^runs_unended_scheduled$/ },
];

let home: Home;
let client: pg.Client;

beforeAll(async () => {
  home = await postgresHome();
  client = await openClient(home.url);
  await client.query('set plan_cache_mode = force_generic_plan');
});

afterAll(async () => {
  await client.end();
  await home.dispose();
});

async function planOf({ statement }: Case, as: string): Promise<string> {
  const text = statement.text(schemaNamed(home.schema));
  const parameters = new Set(text.match(/\$\d+/g)).size;
  await client.query(`prepare ${as} as ${text}`);
  const nulls = Array.from({ length: parameters }, () => 'null').join(', ');
  const { rows } = await client.query(`explain execute ${as}${parameters > 0 ? `(${nulls})` : ''}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

function expectLookUps(plan: string, by: RegExp | undefined): void {
  expect(plan).not.toMatch(/Seq Scan on (runs|steps|messages|events|streams|stream_values|waits|news)\b/);
  const indexes = [...plan.matchAll(/(?:using|Bitmap Index Scan on) (runs_\w+|steps_\w+)/g)].map(
    ([, name]) => name!,
  );
  const others = indexes.filter((name) => !/^(runs|steps)_pkey$/.test(name));
  expect(others.filter((name) => !by?.test(name))).toEqual([]);
  // Above this, the server compiles a statement before it executes it.
  expect(
    Math.max(...[...plan.matchAll(/cost=[\d.]+\.\.([\d.]+)/g)].map(([, cost]) => Number(cost))),
  ).toBeLessThan(20_000);
}

describe('in a new schema', () => {
  test.each(CASES)('$statement.name looks rows up by an index', async (one) => {
    expectLookUps(await planOf(one, `new_${one.statement.name}`), one.by);
  });
});

describe('in a schema with few runs, analyzed', () => {
  beforeAll(async () => {
    const { runs, steps } = schemaNamed(home.schema);
    await client.query(
      `insert into ${runs} (id, key, workflow, version, state, epoch, input, created_at, completed_at)
       select n::text, gen_random_uuid(), 'checkout', '1', 'succeeded', 1, '[]', now() - n * interval '1 hour', now() - n * interval '1 minute'
       from generate_series(1, 30) n`,
    );
    await client.query(
      `insert into ${steps} (run_id, seq, kind, name, attempt, epoch, started_at)
       select n::text, 0, 'step', 'x', 1, 1, now() from generate_series(1, 30) n`,
    );
    await client.query(`vacuum analyze ${runs}, ${steps}`);
  });

  test.each(CASES)('$statement.name looks rows up by an index', async (one) => {
    expectLookUps(await planOf(one, `few_${one.statement.name}`), one.by);
  });
});
