import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { shopHome } from './support/database.js';
import { BIN, environment, holdfast, onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';

const home = shopHome();

beforeAll(async () => {
  await home.shop.start('checkout', [{ id: 'order-42' }], { id: 'order-42', tags: { customer: 42 } });
  await home.shop.start('refuse', [{ id: 'order-43' }], { id: 'order-43' });
  await home.shop.begin('approve', [], { id: 'open' });
});

describe('holdfast runs show', () => {
  test('shows a person where a run stands, its outcome, and the timeline of its steps', async () => {
    const terminal = onTerminal(['runs', 'show', 'order-42'], { url: home.url, columns: 80 });
    expect(await terminal.ended).toBe(0);
    expect(masked(terminal.text())).toMatchInlineSnapshot(`
      "order-42  succeeded
        workflow  checkout, version 1
        tags      customer=42
        created   9999-99-99 99:99:99.999 (<ago>)
        started   9999-99-99 99:99:99.999 (<ago>)
        ended     9999-99-99 99:99:99.999 (<ago>)
        took <time>
        executor  xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, the last one

      Input
        { id: 'order-42' }

      Output
        {
          order: 'order-42',
          paid: 'pay-order-42',
          at: 9999-99-99T99:99:99.999Z
        }

      Shows and was sent
        event    progress = 100
        stream   log, 2 values, closed

      Steps
        0 ✓ charge card <time>  ▌
            2 attempts
        1 ✓ set progress <time>  ▌
        2 ✓ write log <time>  ▌
        3 ✓ sleep <time>  ▌
        4 ✓ child ship <time>  ▌
            → run order-42.4
        5 ✓ set progress <time>  ▌
        6 ✓ write log <time>  ▌
        7 ✓ close log <time>  ▌
      "
    `);
  });

  test('shows of a run that failed why', async () => {
    const { stdout } = await inProcess(['runs', 'show', 'order-43'], { url: home.url });
    expect(masked(stdout)).toMatchInlineSnapshot(`
      "order-43  failed
        workflow  refuse, version 1
        created   9999-99-99 99:99:99.999 (<ago>)
        started   9999-99-99 99:99:99.999 (<ago>)
        ended     9999-99-99 99:99:99.999 (<ago>)
        took <time>
        executor  xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, the last one

      Input
        { id: 'order-43' }

      Error
        NonRetryableError: card of order-43 was declined [NON_RETRYABLE]

      Steps
        0 ✗ charge card <time>  ▌
            NonRetryableError: card of order-43 was declined [NON_RETRYABLE]
      "
    `);
  });

  test('writes one JSON document for a program, with all that is known', async () => {
    const { code, stdout } = await holdfast(['runs', 'show', 'order-42', '--json'], { url: home.url });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'order-42',
      state: 'succeeded',
      input: [{ id: 'order-42' }],
      output: { paid: 'pay-order-42', at: '1970-01-01T00:00:00.000Z' },
      events: [{ name: 'progress', value: 100 }],
      streams: [{ name: 'log', length: 2, isClosed: true }],
      unreceived: [],
      steps: expect.arrayContaining([expect.objectContaining({ seq: 0, name: 'charge card', attempt: 2 })]),
    });
  });

  test('says of a run that is not there what to do, with the code of the error, and exits with 1', async () => {
    const missing = await inProcess(['runs', 'show', 'order-99'], { url: home.url });
    expect(missing).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error  There is no run with the id "order-99" in this store.  RUN_NOT_FOUND
      do     \`holdfast runs list\` shows runs; --id-prefix finds those whose ids begin so.
      ",
        "stdout": "",
      }
    `);
    const json = await inProcess(['runs', 'show', 'order-99', '--json'], { url: home.url });
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { code: 'RUN_NOT_FOUND', details: { runId: 'order-99' } },
    });
  });
});

describe('holdfast runs steps', () => {
  test('shows the results of the calls, and only those that are asked for', async () => {
    const { stdout } = await inProcess(
      ['runs', 'steps', 'order-42', '--outputs', '--after', '2', '--limit', '2'],
      {
        url: home.url,
      },
    );
    expect(masked(stdout)).toMatchInlineSnapshot(`
      "  3 ✓ sleep <time>  ▌
        4 ✓ child ship <time>  ▌
            → run order-42.4
            = 'shipped'
      "
    `);
  });

  test('writes a line of JSON for each call', async () => {
    const { stdout } = await inProcess(['runs', 'steps', 'order-43', '--json'], { url: home.url });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { seq: 0, kind: 'step', name: 'charge card', error: { message: 'card of order-43 was declined' } },
    ]);
  });

  test('says that nothing is recorded', async () => {
    const { stderr } = await inProcess(['runs', 'steps', 'order-43', '--after', '7'], { url: home.url });
    expect(stderr).toBe('No call of run "order-43" is recorded after that.\n');
  });
});

describe('holdfast', () => {
  test('ends quietly when whoever reads its output has read enough', async () => {
    const program = spawn(process.execPath, [BIN, 'runs', 'list', '--json'], {
      env: environment({ url: home.url }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    program.stdout.destroy();
    let said = '';
    program.stderr.on('data', (text) => {
      said += text;
    });
    const [code] = await once(program, 'exit');
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  test('without a database says where it looked, and what to do', async () => {
    const { code, stderr } = await inProcess(['runs', 'list'], { cwd: '/' });
    expect({ code, stderr }).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "error  There is no database to look at: no --url, no DATABASE_URL, and no embedded Postgres in /.holdfast.
      do     Give --url postgres://user@host/database, set DATABASE_URL, or go to the folder that your app is started in.
      ",
      }
    `);
  });

  test('exits with 3 when the database cannot be reached, or has no tables, and tells no password', async () => {
    const nowhere = 'postgres://ada:secret@127.0.0.1:1/nothing';
    const { code, stderr } = await holdfast(['runs', 'list', '--url', nowhere]);
    expect(code).toBe(3);
    expect(stderr).toContain('127.0.0.1:1/nothing cannot be reached');
    expect(stderr).not.toContain('secret');
    const empty = await inProcess(['runs', 'list', '--schema', 'none'], { url: home.url });
    expect(empty.code).toBe(3);
    expect(empty.stderr).toContain('`holdfast migrate` makes the tables');
  });

  test('called wrongly says what was meant, and exits with 2', async () => {
    expect(await inProcess(['rnus'])).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "error  unknown command 'rnus'
      (Did you mean runs?)
      (--help says how it is used)
      ",
        "stdout": "",
      }
    `);
    expect((await inProcess(['runs', 'show'])).code).toBe(2);
    expect((await inProcess(['runs', 'list', '--limt', '1'])).stderr).toContain('Did you mean --limit?');
  });

  test('shows how it is used', async () => {
    expect((await holdfast(['--help'])).stdout).toMatchInlineSnapshot(`
      "Usage: holdfast [options] [command]

      Durable execution on Postgres: look at runs, operate on them, find what is wrong.

      Options:
        -V, --version                 the version of this command
        -h, --help                    display help for command

      To begin:
        init                          a first workflow in the project of this folder
        dev <app...>                  a Postgres and your app, started anew with each change

      To look and to operate:
        runs                          look at runs and operate on them
        tail [id]                     follow runs live
        send <run> <channel> [value]  send a message to a run
        queues                        look at queues, pause them, change their limits
        schedules                     look at schedules, pause them, start their runs
        executors                     list the processes that execute runs

      For the database:
        doctor                        find out what is wrong, and what to do about it
        migrate                       make Holdfast's tables, or bring them up to date
        grants                        print the SQL that gives a role the rights it needs

      For your shell:
        completion <shell>            print what a shell needs to complete this command

      Exit codes:
        0    all was done, all is well
        1    trouble was found, or what was asked for could not be done
        2    called wrongly: nothing was done
        3    the database cannot be reached, or its tables are not those of this version
        130  stopped by Ctrl-C before it was done
      "
    `);
    expect((await inProcess(['runs', 'cancel', '--help'])).stdout).toMatchInlineSnapshot(`
      "Usage: holdfast runs cancel [options] [ids...]

      Cancel runs wherever they are: queued, asleep, waiting or in a step

      Arguments:
        ids                          the runs; - for ids on standard input, one a line

      Options:
        -y, --yes                    do not ask
        --dry-run                    only tell which runs are meant
        --children                   with all runs that they started, and those started, except what was
                                     detached
        -h, --help                   display help for command

      Which runs:
        --workflow <name>            of this workflow
        --state <state>              in this state; several as failed,cancelled
        --id <id>                    of this id
        --id-prefix <text>           whose ids begin so
        --version <version>          of this version of their workflow
        --queue <name>               in this queue
        --queued                     in a queue, and not ended
        --partition-key <key>        of this partition of their queue
        --deduplication-key <key>    with this deduplication key
        --tag <name=value>           with this tag; several: all of them
        --executor <id>              in the hands of this executor, now or last
        --parent <id>                started by this run
        --has-parent <yes|no>        started by a run, or not
        --forked-from <id>           forked from this run
        --is-fork <yes|no>           forked from a run, or not
        --schedule <name>            started by this schedule
        --created-after <moment>     created then or later: a date, or 2h for 2 hours ago
        --created-before <moment>    created earlier than that
        --started-after <moment>     started then or later: a date, or 2h for 2 hours ago
        --started-before <moment>    started earlier than that
        --completed-after <moment>   completed then or later: a date, or 2h for 2 hours ago
        --completed-before <moment>  completed earlier than that

      Database and output:
        --url <url>                  the database; default: DATABASE_URL, or the embedded one in
                                     .holdfast/
        --schema <name>              the schema of Holdfast's tables (default: "holdfast")
        --json                       write JSON for programs
        --no-color                   no colours, as NO_COLOR says too

      Examples:
        holdfast runs cancel order-42 --children
        holdfast runs cancel --workflow import --created-before 1d --dry-run   which would it be?
        holdfast runs cancel --workflow import --created-before 1d --yes
      "
    `);
  });
});
