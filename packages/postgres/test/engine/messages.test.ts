import { channel, event, type Holdfast, queue, type Registry, step, stream, workflow } from '@holdfast/core';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import type { WireProxy } from '../../src/testing/wire-proxy.js';
import { database, launch, proxyTo } from './app.js';

const letters = channel<string>('letters');
const progress = event<number>('progress');
const tokens = stream<number>('tokens');

function programs(registry: Registry) {
  const define = <Args extends readonly unknown[], Result>(
    name: string,
    body: (...args: Args) => Promise<Result>,
  ) => workflow(name, { registry }, body);
  return {
    waits: define('waits', () => letters.receive()),
    sends: define('sends', (id: string) => letters.send(id, 'hello')),
    receives: define('receives', async (count: number) => {
      const seen: string[] = [];
      while (seen.length < count) seen.push(await letters.receive());
      return seen;
    }),
    sets: define('sets', () => progress.set(1)),
    writes: define('writes', async (count: number) => {
      for (let n = 0; n < count; n++) await tokens.write(n);
    }),
    selfish: define('selfish', async (me: string) => {
      await letters.send(me, 'to me');
      return letters.receive();
    }),
    idles: define('idles', () => step.run('idle', () => new Promise<void>(() => {}))),
    holds: define('holds', () => letters.receive({ timeout: '1h' })),
  };
}

/** Waits until nothing is on the wire. */
async function quiet(proxy: WireProxy): Promise<void> {
  for (let before = -1; before !== proxy.roundTrips; ) {
    before = proxy.roundTrips;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** An app behind a counting proxy, and a run of it that does nothing. */
async function counted() {
  const url = await database();
  const proxy = await proxyTo(url);
  const { app, defined } = await launch(proxy.url(url), programs);
  const { id } = await app.start(defined.idles, []);
  // The first use prepares statements and opens connections.
  await defined.sends(id);
  await app.start(defined.selfish, ['first'], { id: 'first' }).then(({ result }) => result());
  await quiet(proxy);
  proxy.reset();
  return { proxy, app, id, ...defined };
}

describe('round trips, counted at the wire', () => {
  test('from outside, a message, an event and a value cost one each', async () => {
    const { proxy, app, id } = await counted();
    const calls = [
      () => app.channel(letters).send(id, 'x'),
      () => app.event(progress).set(id, 1),
      () => app.stream(tokens).write(id, 1),
      () => app.stream(tokens).close(id),
    ];
    for (const call of calls) {
      proxy.reset();
      await call();
      expect(proxy.roundTrips).toBe(1);
      // One statement and no explicit transaction: so one commit.
      expect(proxy.count(/^\s*(begin|commit|select)/i)).toBe(0);
    }
  });

  test('in a run, each costs one together with its record', async () => {
    const { proxy, sends, sets, writes, id } = await counted();
    const startAndFinish = 2;
    for (const [call, trips] of [
      [() => sends(id), 1],
      [() => sets(), 1],
      [() => writes(10), 10],
    ] as const) {
      proxy.reset();
      await call();
      expect(proxy.roundTrips).toBe(startAndFinish + trips);
    }
  });

  test('a message that waits costs two: the look for it and its receipt', async () => {
    const { proxy, app, selfish } = await counted();
    const { result } = await app.start(selfish, ['me'], { id: 'me' });
    await result();
    // Its start, the message it sends to itself, those two, and its finish.
    expect(proxy.roundTrips).toBe(2 + 1 + 2);
  });

  test('many messages that wait are read together: one look for fifty, and one write for each', async () => {
    const url = await database();
    const proxy = await proxyTo(url);
    const { app, defined } = await launch(proxy.url(url), programs);
    const { id, result } = await app.start(defined.receives, [101]);
    await Promise.all(
      Array.from({ length: 101 }, (_, n) => app.channel(letters).send(id, String(n), { key: String(n) })),
    );
    expect(await result()).toHaveLength(101);
    const looks = proxy.count(/^\s*select q\.at, m\.id/i);
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(looks).toBeLessThan(40);
  });
});

describe('between two apps', () => {
  /** Runs something that must come about by word alone: well before the first poll. */
  async function byWord<T>(what: () => Promise<T>): Promise<T> {
    const beganMs = performance.now();
    const result = await what();
    expect(performance.now() - beganMs).toBeLessThan(4000);
    return result;
  }

  async function apps(): Promise<{
    url: string;
    here: Holdfast;
    there: Holdfast;
    theirs: ReturnType<typeof programs>;
  }> {
    const url = await database();
    const { app: there, defined: theirs } = await launch(url, programs, { parkAfter: '1h' });
    const { app: here } = await launch(url, programs, { workflows: [] });
    return { url, here, there, theirs };
  }

  test('a message reaches a run that waits in memory, and one that is parked', async () => {
    const { url, here, there, theirs } = await apps();
    const held = await there.start(theirs.waits, []);
    await here.channel(letters).send(held.id, 'to memory');
    expect(await byWord(() => held.result())).toBe('to memory');
    const { app: parking, defined } = await launch(url, programs, { parkAfter: 1 });
    const parked = await parking.start(defined.waits, []);
    while ((await parked.status()) !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 5));
    await here.channel(letters).send(parked.id, 'to a row');
    expect(await byWord(() => parked.result())).toBe('to a row');
  });

  test('hundreds of values of a stream arrive in order', async () => {
    const { here, there, theirs } = await apps();
    const { id } = await there.start(theirs.writes, [300]);
    const seen: number[] = [];
    for await (const value of here.stream(tokens).read(id)) seen.push(value);
    expect(seen).toEqual([...Array(300).keys()]);
  });

  test('each of a few values arrives by word, and no poll is needed', async () => {
    const { here, there, theirs } = await apps();
    const { id } = await there.start(theirs.holds, []);
    const reader = here.stream(tokens).read(id);
    const delaysMs: number[] = [];
    for (let n = 0; n < 20; n++) {
      const next = reader.next();
      await new Promise((resolve) => setTimeout(resolve, 2));
      const wroteMs = performance.now();
      await there.stream(tokens).write(id, n);
      expect((await next).value).toBe(n);
      delaysMs.push(performance.now() - wroteMs);
    }
    // The first poll would come after a quarter of a second.
    delaysMs.sort((a, b) => a - b);
    expect(delaysMs[10]).toBeLessThan(200);
  });

  test('ten who wait for an event do not hold up who sets it', async () => {
    const { here, there, theirs } = await apps();
    const { id } = await there.start(theirs.holds, []);
    const waiting = Array.from({ length: 10 }, () => here.event(progress).get(id));
    await byWord(() => there.event(progress).set(id, 9));
    expect(await byWord(() => Promise.all(waiting))).toEqual(Array(10).fill(9));
  });
});

test('a run of a queue that is parked is woken by a message too', async () => {
  const url = await database();
  const define = (registry: Registry) => {
    queue('mail', { registry, concurrency: 2 });
    return workflow('waits', { registry }, () => letters.receive());
  };
  const { app, defined } = await launch(url, define, { parkAfter: 1 });
  const handles = await Promise.all([1, 2, 3].map(() => app.start(defined, [], { queue: 'mail' })));
  for (const handle of handles) {
    while ((await handle.status()) !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const { id } of handles) await app.channel(letters).send(id, `to ${id}`);
  expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(
    handles.map(({ id }) => `to ${id}`),
  );
});

test('what a run shows is marked with the call that gave it, so that a fork can tell what came before it', async () => {
  const url = await database();
  const { app, defined } = await launch(url, (registry) =>
    workflow('shows', { registry }, async () => {
      await progress.set(0);
      await tokens.write(1);
      await step.run('inside', async () => {
        await progress.set(2);
        await tokens.write(2);
      });
      await letters.receive();
      await tokens.write(4);
    }),
  );
  const { id, result } = await app.start(defined, []);
  const reader = app.stream(tokens).read(id);
  expect([(await reader.next()).value, (await reader.next()).value]).toEqual([1, 2]);
  await app.event(progress).set(id, 9);
  await app.stream(tokens).write(id, 9);
  await app.channel(letters).send(id, 'go on');
  await result();
  const sql = new Client({ connectionString: url });
  await sql.connect();
  try {
    const seqs = async (table: string, order: string) =>
      (
        await sql.query<{ seq: number | null }>(`select seq from holdfast.${table} order by ${order}`)
      ).rows.map(({ seq }) => seq);
    expect(await seqs('events', 'id')).toEqual([0, 2, null]);
    expect(await seqs('stream_values', 'position')).toEqual([1, 2, null, 4]);
    const { rows } = await sql.query('select received_by from holdfast.messages');
    expect(rows).toEqual([{ received_by: 3 }]);
  } finally {
    await sql.end();
  }
});

describe('when every connection is lost', () => {
  test('again and again, nothing of what is sent, set and written is lost or doubled', async () => {
    const url = await database();
    const proxy = await proxyTo(url);
    const count = 25;
    const define = (registry: Registry) => {
      const ear = workflow('ear', { registry }, async () => {
        const seen: string[] = [];
        while (seen.length < count) seen.push(await letters.receive());
        return seen;
      });
      const mouth = workflow('mouth', { registry }, async (id: string) => {
        for (let n = 0; n < count; n++) {
          await letters.send(id, String(n));
          await progress.set(n);
          await tokens.write(n);
          await step.run('step', () => n);
        }
        await tokens.close();
        return progress.get('mouth');
      });
      return { ear, mouth };
    };
    const { app, defined } = await launch(proxy.url(url), define);
    const ear = await app.start(defined.ear, [], { id: 'ear' });
    const mouth = await app.start(defined.mouth, ['ear'], { id: 'mouth' });
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, 120));
        proxy.cut();
      }
    })();
    const numbers = [...Array(count).keys()];
    const seen: number[] = [];
    for await (const value of app.stream(tokens).read('mouth')) seen.push(value);
    const results = await Promise.all([ear.result(), mouth.result()]);
    isOver = true;
    await cutting;
    expect(seen).toEqual(numbers);
    expect(results).toEqual([numbers.map(String), count - 1]);
  }, 60_000);
});
