import { channel, type Registry, workflow } from '@holdfast/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { database, launch } from '../engine/app.js';
import { answer, hasPsql, psql } from '../support/psql.js';

let url: string;

beforeEach(async () => {
  url = await database();
});

/** A workflow that receives so many messages and gives them back. */
const receiver = (registry: Registry) => {
  const mail = channel<unknown>('mail', { registry });
  const receives = workflow('receiver', { registry }, async (count: number) => {
    const received: unknown[] = [];
    for (let n = 0; n < count; n++) received.push(await mail.receive());
    return received;
  });
  return { mail, receives };
};

describe.skipIf(!hasPsql)('holdfast.send, from psql (skipped where that is not installed)', () => {
  test('sends plain JSON to a run, which receives it in order', async () => {
    const { app, defined } = await launch(url, receiver);
    const handle = await app.start(defined.receives, [3]);
    const values = ['{"name": "Zoë \\"🚀\\"", "tags": [1, null]}', 'null', '"three"'];
    for (const value of values) await answer(url, `select holdfast.send('${handle.id}', 'mail', '${value}')`);
    expect(await handle.result()).toEqual(values.map((value) => JSON.parse(value)));
  });

  test('sends what a schema of the channel converts, or refuses, when it is received', async () => {
    const numbers = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) =>
          Number.isNaN(Number(value)) ? { issues: [{ message: 'no number' }] } : { value: Number(value) },
      },
    } as const;
    const { app, defined } = await launch(url, (registry) => {
      const mail = channel('mail', { registry, schema: numbers });
      return workflow('checks', { registry }, async () => [
        await mail.receive(),
        await mail.receive().catch((error: Error & { code: string }) => error.code),
      ]);
    });
    const handle = await app.start(defined, []);
    for (const value of ['"21"', '"many"'])
      await answer(url, `select holdfast.send('${handle.id}', 'mail', '${value}')`);
    expect(await handle.result()).toEqual([21, 'INVALID_INPUT']);
  });

  test('wakes a run that is parked, at once', async () => {
    const { app, defined } = await launch(url, receiver, { parkAfter: 10 });
    const handle = await app.start(defined.receives, [1]);
    const state = `select state from holdfast.runs where id = '${handle.id}'`;
    while ((await answer(url, state)) !== 'waiting') await new Promise(setImmediate);
    await answer(url, `select holdfast.send('${handle.id}', 'mail', '1')`);
    expect(await handle.result()).toEqual([1]);
    const ms = await answer(
      url,
      `select extract(epoch from r.completed_at - m.sent_at) * 1000 from holdfast.runs r
       join holdfast.messages m on m.run_id = r.id`,
    );
    // An executor that hears polls every five seconds.
    expect(Number(ms)).toBeLessThan(2500);
  });

  test('with the same key once, also when the run has ended', async () => {
    const { app, defined } = await launch(url, receiver);
    const handle = await app.start(defined.receives, [2]);
    const send = (value: number, key: string) =>
      answer(url, `select holdfast.send('${handle.id}', 'mail', '${value}', key => '${key}')`);
    await send(1, 'a');
    await send(2, 'a');
    await send(3, 'b');
    expect(await handle.result()).toEqual([1, 3]);
    await send(4, 'b');
  });

  test('and send() with the same key are the same message', async () => {
    const { app, defined } = await launch(url, receiver);
    const handle = await app.start(defined.receives, [2]);
    await answer(url, `select holdfast.send('${handle.id}', 'mail', '1', key => 'a')`);
    await defined.mail.send(handle.id, 2, { key: 'a' });
    await defined.mail.send(handle.id, 3);
    expect(await handle.result()).toEqual([1, 3]);
  });

  test('in a transaction that is rolled back sends nothing', async () => {
    const { app, defined } = await launch(url, receiver);
    const handle = await app.start(defined.receives, [1]);
    await answer(url, 'begin', `select holdfast.send('${handle.id}', 'mail', '1')`, 'rollback');
    await answer(url, 'begin', `select holdfast.send('${handle.id}', 'mail', '2')`, 'commit');
    expect(await handle.result()).toEqual([2]);
  });

  test('from many at once loses no message and doubles none', async () => {
    const { app, defined } = await launch(url, receiver, { parkAfter: 1 });
    const handle = await app.start(defined.receives, [60]);
    const send = (from: number) =>
      answer(
        url,
        `select holdfast.send('${handle.id}', 'mail', to_json(n)) from generate_series(${from}, ${from + 9}) n`,
      );
    await Promise.all([0, 10, 20, 30, 40, 50].map(send));
    const received = (await handle.result()) as number[];
    expect([...received].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    for (const from of [0, 10, 20, 30, 40, 50]) {
      const own = received.filter((n) => n >= from && n < from + 10);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  test.each([
    [`send('nowhere', 'mail', '1')`, 'WF005', 'There is no run "nowhere"', 'RUN_NOT_FOUND'],
    [`send('ended', 'mail', '1')`, 'WF006', 'Run "ended" has ended', 'RUN_FINISHED'],
    [`send('ended', 'mail', '1', key => 'k')`, 'WF006', 'Run "ended" has ended', 'RUN_FINISHED'],
    [`send(null, 'mail', '1')`, 'WF001', 'id of the run', 'INVALID_INPUT'],
    [`send('ended', '', '1')`, 'WF001', 'name of the channel', 'INVALID_INPUT'],
    [`send('ended', 'mail', null)`, 'WF001', 'must be JSON, and is null', 'INVALID_INPUT'],
    [`send('ended', 'mail', '1', key => '')`, 'WF001', 'key of the message', 'INVALID_INPUT'],
    [`send('ended', 'mail', '{')`, '22P02', 'json', ''],
  ])('%s is refused with %s', async (call, state, message, code) => {
    const { app, defined } = await launch(url, receiver);
    await (await app.start(defined.receives, [0], { id: 'ended' })).result();
    const { errors } = await psql(url, `select holdfast.${call}`);
    expect(errors).toContain(`ERROR:  ${state}: `);
    expect(errors).toContain(message);
    expect(errors).toContain(code);
    expect(await answer(url, 'select count(*) from holdfast.messages')).toBe('0');
  });
});
