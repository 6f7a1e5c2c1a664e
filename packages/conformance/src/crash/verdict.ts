import { expect } from 'vitest';
import { MAIL_RESULTS } from './mail-programs.js';
import { effectOf } from './means.js';
import { SAGA_ERROR } from './saga-programs.js';
import type { RunRow, Scene, StepRow } from './scene.js';

/** What a workflow must have returned, as JSON has it: a value, or what it must satisfy. */
type Expected = (run: string, output: never) => unknown;

const values = (run: string, ...labels: string[]): string[] => labels.map((label) => `${run}/${label}`);
const each = (count: number, ...labels: string[]): string[] =>
  Array.from({ length: count }, (_, n) => labels.map((label) => `${label}${n}`)).flat();

/** What a child returns whose id is not known. */
const LEAF = [expect.stringMatching(/\/p$/), expect.stringMatching(/\/t$/)];

const RESULTS: Readonly<Record<string, Expected>> = {
  ...MAIL_RESULTS,
  line: (run) => values(run, ...each(4, 'p', 't')),
  chains(run, { order }: { order: string[] }) {
    // Each chain in its own order; between them, whatever happened.
    for (const name of ['a', 'b', 'c'])
      expect(order.filter((label) => label.startsWith(name))).toEqual(each(4, name));
    return { seen: ['a', 'b', 'c'].map((name) => values(run, ...each(4, name))), order };
  },
  race(run, { winner }: { winner: string }) {
    expect(['quick', 'timer']).toContain(winner);
    return { winner, after: `${run}/after ${winner}` };
  },
  leaf: (run) => values(run, 'p', 't'),
  family: (run, output: Record<'first' | 'second' | 'last', string[]>) => ({
    first: LEAF,
    second: LEAF,
    own: `${run}/own`,
    last: output.last,
  }),
  retries: (run) => ({
    one: `${run}/flaky by 3`,
    two: `${run}/flaky record by 2`,
    code: 'OUT_OF_STOCK',
  }),
  sleeper: (run) => values(run, 'before', 'between', 'after'),
  derived(run, output: unknown[]) {
    const uuids = [0, 4, 8, 12].map((at) => output[at]);
    expect(new Set(uuids).size).toBe(4);
    return output.map((value, at) => (at % 4 === 3 ? `${run}/t${(at - 3) / 4}` : value));
  },
  shop: (run) => ({ ordered: `${run}>leaf`, leaf: values(`${run}>leaf`, 'p', 't') }),
  limits: () => ({
    late: 'RUN_TIMED_OUT',
    dropped: 'RUN_CANCELLED',
    kept: LEAF,
  }),
  queued: (run) => values(run, 'p', 't'),
  'queued parent': (run) => ({
    before: `${run}/before`,
    results: [LEAF, LEAF],
    after: `${run}/after`,
  }),
  pausing: (run) => values(run, 'before', 'held', 'held record', 'after'),
};

/** How those end that never succeed: somebody, their time limit, or an error of their own ends them. */
const ENDS: Readonly<Record<string, { readonly state: string; readonly error?: unknown }>> = {
  doze: { state: 'cancelled' },
  dozers: { state: 'cancelled' },
  saga: { state: 'failed', error: { message: SAGA_ERROR } },
};

/** Every run ended as it should, and with the result that its workflow gives without crashes. */
export function expectRightResults(runs: readonly RunRow[]): void {
  const wrong = runs.filter(({ workflow, state }) => state !== (ENDS[workflow]?.state ?? 'succeeded'));
  expect(wrong).toEqual([]);
  for (const { id, workflow, state, output, error } of runs) {
    const end = ENDS[workflow];
    if (end) expect({ state, error }, `end of ${workflow} ${id}`).toMatchObject(end);
    else expect(output, `result of ${workflow} ${id}`).toEqual(RESULTS[workflow]!(id, output as never));
  }
}

/** A transactional step, or undo of one, that succeeded has its row once. Nothing else has one: not those that failed. */
export async function expectEffectsExactlyOnce(scene: Scene): Promise<number> {
  const steps = await scene.steps();
  const expected = steps
    .filter((step) => isTransactional(step) && step.hasOutput)
    .map(({ run, seq }) => effectOf(run, seq))
    .sort();
  expect((await scene.effects()).sort()).toEqual(expected);
  return expected.length;
}

function isTransactional({ kind, name }: StepRow): boolean {
  return kind === 'transaction' || (kind === 'undo' && name.startsWith('undo record '));
}

/** Every message was received, once and in order, and the streams have no gaps. */
export async function expectMailInOrder(scene: Scene): Promise<void> {
  const messages = await scene.home.sql<{ run: string; channel: string; seq: number | null }>(
    `select run_id as run, channel, received_by as seq from holdfast.messages order by run_id, channel, id`,
  );
  for (const [index, { run, channel, seq }] of messages.entries()) {
    expect(seq, `never received: a message to ${run} on ${channel}`).not.toBeNull();
    const former = messages[index - 1];
    if (former?.run === run && former.channel === channel) expect(seq).toBeGreaterThan(former.seq!);
  }
  const odd = await scene.home.sql(
    `select h.run_id from holdfast.streams h
     left join (select run_id, name, count(*) as count, max(position) as last from holdfast.stream_values group by 1, 2) v
       using (run_id, name)
     where h.length is distinct from v.count or h.length is distinct from v.last + 1 or h.closed_at is null`,
  );
  expect(odd).toEqual([]);
}

/**
 * No body ran in an epoch later than the one its outcome was recorded in: a recorded step never runs again. Bodies
 * whose outcome is recorded did run, in the epoch and the attempt of the record; on another database the journal may
 * have taken over the result of an earlier epoch.
 */
export async function expectNothingTwice(scene: Scene): Promise<number> {
  const steps = new Map((await scene.steps()).map((step) => [effectOf(step.run, step.seq), step]));
  const executions = scene.executions();
  const seen = new Set<string>();
  for (const execution of executions) {
    const { run, seq, epoch, attempt } = execution;
    const step = steps.get(effectOf(run, seq));
    expect(step, `the journal has no entry for ${JSON.stringify(execution)}`).toBeDefined();
    expect(epoch, `ran again: ${JSON.stringify({ execution, step })}`).toBeLessThanOrEqual(step!.epoch);
    const once = `${effectOf(run, seq)} in ${epoch} for ${attempt}`;
    expect(seen.has(once), `ran twice: ${once}`).toBe(false);
    seen.add(once);
  }
  for (const step of steps.values()) {
    if (!['step', 'transaction', 'undo'].includes(step.kind) || (isTransactional(step) && scene.isApart))
      continue;
    expect(seen, `never ran: ${JSON.stringify(step)}`).toContain(lastExecution(step));
  }
  return executions.length;
}

/** Workflows that make a call only when they have the results of all the calls before. */
const SEQUENTIAL = new Set(['line', 'leaf', 'sleeper', 'derived', 'shop', 'queued']);

/** No result was handed to a workflow before it was in the journal: what follows it did not run in an earlier epoch. */
export async function expectNothingAheadOfTheJournal(scene: Scene): Promise<void> {
  const sequential = new Set(
    (await scene.runs()).filter(({ workflow }) => SEQUENTIAL.has(workflow)).map(({ id }) => id),
  );
  const journals = new Map<string, StepRow[]>();
  for (const step of await scene.steps()) journals.set(step.run, [...(journals.get(step.run) ?? []), step]);
  for (const execution of scene.executions()) {
    if (!sequential.has(execution.run)) continue;
    const later = journals
      .get(execution.run)!
      .filter(({ seq, epoch }) => seq < execution.seq && epoch > execution.epoch);
    expect(later, `recorded only after ${JSON.stringify(execution)}`).toEqual([]);
  }
}

function lastExecution({ run, seq, epoch, attempt }: StepRow): string {
  return `${effectOf(run, seq)} in ${epoch} for ${attempt}`;
}

/**
 * Runs everything again from its journal alone. The results must be the same, and nothing may be written or executed.
 */
export async function expectSameOnReplay(scene: Scene): Promise<void> {
  const results = (runs: readonly RunRow[]): unknown[] =>
    runs.map(({ id, state, output }) => ({ id, state, output }));
  const before = {
    runs: results(await scene.runs()),
    steps: await scene.steps(),
    effects: await scene.effects(),
    executions: scene.executions(),
  };
  await scene.home.sql(
    `update holdfast.runs set state = 'pending', wake_at = now(), completed_at = null, output = null, output_extra = null
     where state = 'succeeded'`,
  );
  await scene.crew.hireReady();
  while ((await scene.unfinished()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect({
    runs: results(await scene.runs()),
    steps: await scene.steps(),
    effects: await scene.effects(),
    executions: scene.executions(),
  }).toEqual(before);
}
