import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyDatabase } from './support/database.js';
import { holdfast } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';
import { launchShop, type Shop } from './support/shop.js';

async function sick(): Promise<{ url: string; sql: pg.Client }> {
  const url = await emptyDatabase(onTestFinished);
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  onTestFinished(() => sql.end());
  await inProcess(['migrate'], { url });
  return { url, sql };
}

async function shopOn(url: string): Promise<Shop> {
  const shop = await launchShop(url);
  onTestFinished(() => shop.kill());
  return shop;
}

/** What it found, without the server, which is another one in each place. */
async function findings(
  url: string,
  ...args: string[]
): Promise<readonly { check: string; verdict: string }[]> {
  const { stdout } = await inProcess(['doctor', '--json', ...args], { url });
  return (JSON.parse(stdout) as { findings: { check: string; verdict: string }[] }).findings;
}

async function verdict(url: string, check: string, ...args: string[]): Promise<unknown> {
  return (await findings(url, ...args)).find((one) => one.check === check);
}

describe('holdfast doctor', () => {
  test('finds all well where an app works, and exits with 0', async () => {
    const url = await emptyDatabase(onTestFinished);
    const shop = await shopOn(url);
    await shop.start('mail', ['ada'], { queue: 'mail' });
    const { code, stdout } = await holdfast(['doctor'], { url });
    expect({
      code,
      stdout: masked(stdout),
    }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stdout": "✓ server        Postgres <version> at <place>
      ✓ tables        version <latest>
      ✓ drift         as migrations make them
      ✓ transactions  none has been open for longer than <time>
      ✓ executors     1 alive, 0 runs in their hands
      ✓ stranded      no run waits for code that nobody has
      ✓ paused        no run waits for a person
      ✓ queues        0 runs wait in 1 queue

      All is well.
      ",
      }
    `);
    expect(JSON.parse((await inProcess(['doctor', '--json'], { url })).stdout)).toMatchObject({ ok: true });
  });

  test('finds tables that are not there, and says how they are made', async () => {
    const url = await emptyDatabase(onTestFinished);
    const { code, stdout } = await inProcess(['doctor'], { url });
    expect(code).toBe(1);
    expect(stdout).toContain('There are no Holdfast tables in schema "holdfast".');
    expect(stdout).toContain('→ `holdfast migrate` makes them');
  });

  test('finds where tables are not as migrations make them', async () => {
    const { url, sql } = await sick();
    await sql.query('create index my_own on holdfast.runs (epoch)');
    expect(await verdict(url, 'drift')).toMatchObject({
      verdict: 'warning',
      details: ['unknown index my_own'],
    });
    await sql.query(
      'drop index holdfast.runs_due; alter table holdfast.steps alter column attempt type bigint',
    );
    const { code, stdout } = await inProcess(['doctor'], { url });
    expect(code).toBe(1);
    expect(stdout.split('\n').slice(2, 7).join('\n')).toMatchInlineSnapshot(`
      "✗ drift         2 things are not as migrations make them.
                      · changed column steps.attempt
                      · missing index runs_due
                      · unknown index my_own
                      → Make them so by hand: \`holdfast migrate --print\` shows how they are made. Nothing of it is repaired by itself."
    `);
  });

  test('finds that nobody executes runs that wait, and which code they wait for', async () => {
    const url = await emptyDatabase(onTestFinished);
    const shop = await shopOn(url);
    await shop.begin('survey', [], { id: 's1' });
    await shop.stop();
    const { code, stdout } = await inProcess(['doctor'], { url });
    expect(code).toBe(1);
    expect(masked(stdout).split('\n').slice(4, 9).join('\n')).toMatchInlineSnapshot(`
      "✗ executors     Nobody executes runs, and 1 run has not ended.
                      → Start an app that has their workflows: \`holdfast runs list --state pending,waiting,running\` shows which.
      ✗ stranded      1 run waits for a workflow, a version or a queue that no live executor serves.
                      · survey, version 1: 1 run, since <time>
                      → Deploy an app that has it, or move them to a version that is there: \`holdfast runs move\`."
    `);
  });

  test('finds executors that died and still hold runs', async () => {
    const url = await emptyDatabase(onTestFinished);
    const shop = await shopOn(url);
    await shop.begin('slow', [], { id: 'held' });
    await shop.kill();
    const sql = new pg.Client({ connectionString: url });
    await sql.connect();
    onTestFinished(() => sql.end());
    await sql.query("update holdfast.executors set lease_until = now() - interval '2 minutes'");
    expect(await verdict(url, 'executors')).toMatchObject({
      verdict: 'trouble',
      says: '1 executor is dead, with 1 run in its hands that nobody has taken over. None is alive.',
      advice: expect.stringContaining('Start an app'),
      details: [expect.stringMatching(/silent since 2 min ago, 1 run$/)],
    });
    const list = await inProcess(['executors'], { url });
    expect(list.stdout).toContain('lapsed');
  });

  test('finds a transaction that has been open for long, and says how to end it', async () => {
    const { url, sql } = await sick();
    await sql.query("set application_name = 'a report'; begin; select 1 as looking");
    expect(await verdict(url, 'transactions')).toMatchObject({ verdict: 'fine' });
    expect(await verdict(url, 'transactions', '--max-transaction', '1ms')).toMatchObject({
      verdict: 'trouble',
      advice: expect.stringMatching(/pg_terminate_backend\(\d+\)/),
      details: expect.arrayContaining([
        expect.stringMatching(/a report\): idle in transaction for .*select 1 as looking/),
      ]),
    });
  });

  test('finds queues that are deep or paused, and runs that wait for a person', async () => {
    const url = await emptyDatabase(onTestFinished);
    const shop = await shopOn(url);
    await shop.start('mail', ['ada'], { queue: 'mail' });
    await inProcess(['queues', 'pause', 'mail'], { url });
    for (const id of ['one', 'two']) await shop.begin('mail', ['ada'], { queue: 'mail', id });
    expect(await verdict(url, 'queues')).toMatchObject({
      verdict: 'warning',
      details: ['mail: 2 runs waiting, 0 in hands, paused now'],
    });
    expect(await verdict(url, 'queues', '--max-waiting', '1')).toMatchObject({
      verdict: 'trouble',
      advice: expect.stringContaining('queues resume'),
    });
    await inProcess(['queues', 'resume', 'mail'], { url });
    expect(await verdict(url, 'queues')).not.toMatchObject({ details: expect.anything() });
  });

  test('says what it could not find out as a role that may not make a schema', async () => {
    const { url, sql } = await sick();
    const role = `holdfast_doctor_${process.pid}`;
    await sql.query(`create role ${role} login password 'x'`);
    onTestFinished(async () => {
      await sql.query(`drop owned by ${role}; drop role ${role}`);
    });
    const { stdout: grants } = await inProcess(['grants', '--role', role]);
    await sql.query(grants);
    const asRole = new URL(url);
    asRole.username = role;
    asRole.password = 'x';
    const { code, stdout } = await inProcess(['doctor'], { url: asRole.href });
    expect(code).toBe(0);
    expect(stdout).toContain('could not be compared');
    expect(stdout).toContain('All is well. There are 2 warnings.');
  });
});
