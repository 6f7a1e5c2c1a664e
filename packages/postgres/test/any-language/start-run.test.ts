import { channel, type Registry, type StandardSchema, step, workflow } from '@holdfast/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { database, launch } from '../engine/app.js';
import { answer, hasPsql, psql } from '../support/psql.js';

let url: string;

describe.skipIf(!hasPsql)('holdfast.start_run, from psql (skipped where that is not installed)', () => {
  beforeEach(async () => {
    url = await database();
  });

  const echo = (registry: Registry) =>
    workflow('echo', { registry }, async (...args: unknown[]) => ({ got: args }));

  test('starts a run, whose arguments and result are plain JSON', async () => {
    const { app } = await launch(url, echo);
    const args =
      '[{"id": 42, "name": "Zoë \\"🚀\\"", "tags": ["a", null], "big": 1.5e300, "no": false}, null, "three"]';
    const id = await answer(url, `select holdfast.start_run('echo', '${args}')`);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await app.handle(id).result()).toEqual({ got: JSON.parse(args) });
    const [state, output, extra] = (
      await answer(url, `select state, output, output_extra from holdfast.runs where id = '${id}'`)
    ).split('|');
    expect(state).toBe('succeeded');
    expect(JSON.parse(output!)).toEqual({ got: JSON.parse(args) });
    expect(extra).toBe('');
  });

  test('without arguments starts a workflow that takes none', async () => {
    const { app } = await launch(url, echo);
    const id = await answer(url, `select holdfast.start_run('echo')`);
    expect(await app.handle(id).result()).toEqual({ got: [] });
  });

  test('gives the answer of a workflow that returns nothing as null, and its error as plain JSON', async () => {
    const { app } = await launch(url, (registry) =>
      workflow('either', { registry }, async (fails: boolean) => {
        if (fails) throw Object.assign(new TypeError('no such order'), { order: 42 });
      }),
    );
    const [good, bad] = (
      await answer(
        url,
        `select holdfast.start_run('either', '[false]'), holdfast.start_run('either', '[true]')`,
      )
    ).split('|');
    await app.handle(good!).result();
    await expect(app.handle(bad!).result()).rejects.toThrow('no such order');
    expect(await answer(url, `select output from holdfast.runs where id = '${good}'`)).toBe('null');
    const error = await answer(
      url,
      `select error ->> 'name', error ->> 'message', error ->> 'order' from holdfast.runs where id = '${bad}'`,
    );
    expect(error).toBe('TypeError|no such order|42');
  });

  test('wakes an idle executor at once', async () => {
    const { app } = await launch(url, echo);
    const warm = await answer(url, `select holdfast.start_run('echo')`);
    await app.handle(warm).result();
    const id = await answer(url, `select holdfast.start_run('echo')`);
    await app.handle(id).result();
    const ms = await answer(
      url,
      `select extract(epoch from started_at - created_at) * 1000 from holdfast.runs where id = '${id}'`,
    );
    // An executor that hears polls every five seconds.
    expect(Number(ms)).toBeLessThan(2000);
  });

  test('with the same id twice is the same run', async () => {
    const { app } = await launch(url, echo);
    const start = (n: number) => answer(url, `select holdfast.start_run('echo', '[${n}]', id => 'order-42')`);
    expect(await Promise.all([start(1), start(1), start(1)])).toEqual(['order-42', 'order-42', 'order-42']);
    expect(await app.handle('order-42').result()).toEqual({ got: [1] });
    expect(await start(2)).toBe('order-42');
    expect(await answer(url, 'select count(*) from holdfast.runs')).toBe('1');
  });

  test('and app.start() with the same id are the same run', async () => {
    const { app, defined } = await launch(url, echo);
    await answer(url, `select holdfast.start_run('echo', '[1]', id => 'order-42')`);
    const handle = await app.start(defined, [2], { id: 'order-42' });
    expect(await handle.result()).toEqual({ got: [1] });
  });

  test('takes its version from an executor that has the workflow, or from its caller', async () => {
    const start = async (args: string) => {
      const id = await answer(url, `select holdfast.start_run(${args})`);
      return answer(url, `select version from holdfast.runs where id = '${id}'`);
    };
    const { app } = await launch(
      url,
      (registry) => {
        workflow('old', { registry, version: 'v7' }, async () => undefined);
        return workflow('plain', { registry }, async () => undefined);
      },
      { version: 'app-3' },
    );
    expect(await start(`'old'`)).toBe('v7');
    expect(await start(`'plain'`)).toBe('app-3');
    expect(await start(`'plain', version => 'v9'`)).toBe('v9');
    expect(await start(`'unheard of'`)).toBe('1');
    await app.shutdown();
    expect(await start(`'old'`)).toBe('1');
  });

  test('knows the time limit that a workflow has in the code of a live executor, unless told another', async () => {
    await launch(url, (registry) =>
      workflow('limited', { registry, timeout: '90 seconds' }, async () => undefined),
    );
    const limits = async (args: string) => {
      const id = await answer(url, `select holdfast.start_run('limited'${args})`);
      return answer(url, `select timeout_ms from holdfast.runs where id = '${id}'`);
    };
    expect(await limits('')).toBe('90000');
    expect(await limits(`, timeout => '2 seconds'`)).toBe('2000');
  });

  test('of a singleton joins the run that has not ended', async () => {
    const { app, defined } = await launch(url, (registry) => {
      const go = channel('go', { registry });
      return { go, single: workflow('single', { registry, singleton: true }, () => go.receive()) };
    });
    const first = await answer(url, `select holdfast.start_run('single')`);
    expect(await answer(url, `select holdfast.start_run('single')`)).toBe(first);
    expect((await app.start(defined.single, [])).id).toBe(first);
    const { errors } = await psql(url, `select holdfast.start_run('single', deduplication_key => 'mine')`);
    expect(errors).toContain('ERROR:  WF001: Workflow "single" is a singleton');
    await defined.go.send(first, 'now');
    await app.handle(first).result();
    expect(await answer(url, `select holdfast.start_run('single')`)).not.toBe(first);
  });

  test('keeps what it is told of queue, priority, partition, deduplication, timeout, delay and tags', async () => {
    await launch(url, () => undefined);
    await answer(url, `insert into holdfast.queues (name) values ('mail')`);
    const id = await answer(
      url,
      `select holdfast.start_run('nobody has it', '[]', queue => 'mail', priority => -3, partition_key => 'acme',
        deduplication_key => 'k', delay => '1 hour', timeout => '90 seconds', tags => '{"customer": "c-42"}')`,
    );
    const row = await answer(
      url,
      `select queue, priority, partition_key, deduplication_key, timeout_ms, tags, place is not null, in_line, state,
         round(extract(epoch from wake_at - created_at)) from holdfast.runs where id = '${id}'`,
    );
    expect(row).toBe('mail|-3|acme|k|90000|{"customer": "c-42"}|t|f|pending|3600');
  });

  test('runs what was inserted by hand', async () => {
    const { app } = await launch(url, echo);
    await answer(
      url,
      `insert into holdfast.runs (id, key, workflow, version, state, epoch, input, wake_at, created_at)
       values ('by hand', gen_random_uuid(), 'echo', '1', 'pending', 0, '["one", {"two": 2}]', now(), now())`,
      `notify holdfast, '{"k":"work"}'`,
    );
    expect(await app.handle('by hand').result()).toEqual({ got: ['one', { two: 2 }] });
  });

  test('a row by hand whose arguments are no array fails, with a recorded error', async () => {
    const { app } = await launch(url, echo);
    for (const [n, input] of ['{"a": 1}', '"text"', 'null'].entries()) {
      await answer(
        url,
        `insert into holdfast.runs (id, key, workflow, version, state, epoch, input, wake_at, created_at)
         values ('by hand ${n}', gen_random_uuid(), 'echo', '1', 'pending', 0, '${input}', now(), now())`,
        `notify holdfast, '{"k":"work"}'`,
      );
      await expect(app.handle(`by hand ${n}`).result()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

describe.skipIf(!hasPsql)('the input schema of a workflow that is started from psql', () => {
  beforeEach(async () => {
    url = await database();
  });

  const dates: StandardSchema<string, Date> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const date = new Date(value as string);
        return Number.isNaN(date.getTime()) ? { issues: [{ message: 'not a date' }] } : { value: date };
      },
    },
  };

  test('turns JSON into what the workflow takes, and again when another executor takes the run over', async () => {
    const years: number[] = [];
    let reportStep: () => void = () => {};
    const stepped = new Promise<void>((resolve) => {
      reportStep = resolve;
    });
    const define = (hangs: boolean) => (registry: Registry) =>
      workflow('on a day', { registry, input: dates }, async (day: Date) => {
        years.push(day.getUTCFullYear());
        const first = await step.run('a step', () => years.length);
        reportStep();
        if (hangs) await new Promise(() => {});
        return first;
      });
    const { app: first } = await launch(url, define(true), { lease: '1s' });
    const id = await answer(url, `select holdfast.start_run('on a day', '["2024-02-29T12:00:00Z"]')`);
    await stepped;
    const { app: second } = await launch(url, define(false), { lease: '1s' });
    first.halt();
    expect(await second.handle(id).result()).toBe(1);
    expect(years).toEqual([2024, 2024]);
  });

  test('fails the run, with a recorded error, where the JSON does not match', async () => {
    const { app } = await launch(url, (registry) =>
      workflow('on a day', { registry, input: dates }, async () => 'ran'),
    );
    const id = await answer(url, `select holdfast.start_run('on a day', '["soon"]')`);
    await expect(app.handle(id).result()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await answer(url, `select state, error ->> 'code' from holdfast.runs where id = '${id}'`)).toBe(
      'failed|INVALID_INPUT',
    );
  });
});

describe.skipIf(!hasPsql)('bad use of holdfast.start_run', () => {
  beforeEach(async () => {
    url = await database();
    await (await launch(url, () => undefined)).app.shutdown();
  });

  afterEach(async () => {
    expect(await answer(url, `select count(*) from holdfast.runs where id <> 'there'`)).toBe('0');
  });

  test.each([
    [`start_run(null)`, 'WF001', 'name of the workflow', 'INVALID_INPUT'],
    [`start_run('')`, 'WF001', 'name of the workflow', 'INVALID_INPUT'],
    [`start_run(repeat('x', 256))`, 'WF001', 'printable', 'INVALID_INPUT'],
    [`start_run(E'a\\nb')`, 'WF001', 'printable', 'INVALID_INPUT'],
    [
      `start_run('echo', '{"id": 42}')`,
      'WF001',
      'must be a JSON array, and are a JSON object',
      'INVALID_INPUT',
    ],
    [`start_run('echo', null)`, 'WF001', 'must be a JSON array, and are null', 'INVALID_INPUT'],
    [`start_run('echo', '[1,')`, '22P02', 'json', ''],
    [`start_run('echo', id => '')`, 'WF001', 'id of the run', 'INVALID_INPUT'],
    [`start_run('echo', version => '')`, 'WF001', 'version', 'INVALID_INPUT'],
    [`start_run('echo', queue => 'nowhere')`, 'WF004', 'There is no queue "nowhere"', 'UNKNOWN_QUEUE'],
    [`start_run('echo', priority => 1)`, 'WF001', 'without a queue', 'INVALID_INPUT'],
    [`start_run('echo', partition_key => 'a')`, 'WF001', 'without a queue', 'INVALID_INPUT'],
    [`start_run('echo', delay => '-1 second')`, 'WF001', 'delay must not be negative', 'INVALID_INPUT'],
    [`start_run('echo', timeout => '-1 second')`, 'WF001', 'timeout must not be negative', 'INVALID_INPUT'],
    [`start_run('echo', timeout => '0 seconds')`, 'WF001', 'timeout must not be 0', 'INVALID_INPUT'],
    [`start_run('echo', tags => '[1]')`, 'WF001', 'tags must be a JSON object', 'INVALID_INPUT'],
  ])('%s is refused with %s', async (call, state, message, code) => {
    const { errors } = await psql(url, `select holdfast.${call}`);
    expect(errors).toContain(`ERROR:  ${state}: `);
    expect(errors).toContain(message);
    expect(errors).toContain(code);
    if (code) expect(errors).toContain('HINT:');
  });

  test('an id of another workflow is refused', async () => {
    await answer(url, `select holdfast.start_run('one', id => 'there')`);
    const { errors } = await psql(url, `select holdfast.start_run('other', id => 'there')`);
    expect(errors).toContain('ERROR:  WF002: Run "there" is of workflow "one", not of "other".');
    expect(errors).toContain('DETAIL:  RUN_ID_CONFLICT');
  });

  test('a deduplication key that a run has is refused, until that run has ended', async () => {
    await answer(url, `select holdfast.start_run('one', id => 'there', deduplication_key => 'k')`);
    const { errors } = await psql(url, `select holdfast.start_run('one', deduplication_key => 'k')`);
    expect(errors).toContain('ERROR:  WF003: Run "there" of workflow "one" has the deduplication key "k"');
    await answer(url, `select holdfast.cancel_run('there')`);
    const id = await answer(url, `select holdfast.start_run('one', deduplication_key => 'k')`);
    await answer(url, `delete from holdfast.runs where id = '${id}'`);
  });
});
