import { describe, expect, test } from 'vitest';
import { currentRun, type HoldfastOptions, type QueueOptions, queue, step } from '../src/index.js';
import { bench, reaches, unavailable } from './support/bench.js';
import { eventually, forever, gate } from './support/signals.js';

async function office(options: QueueOptions = {}) {
  const place = await bench();
  const mail = queue('mail', { ...options, registry: place.registry });
  return { ...place, mail };
}

describe('a run of a queue', () => {
  test('gives its result, and is the same run if it is started again', async () => {
    const { mail, workflow, launch } = await office();
    let times = 0;
    const send = workflow('send', async (to: string) => `sent to ${to} ${++times}`);
    const app = await launch();
    const handle = await app.start(send, ['ann'], { queue: mail, id: 'letter' });
    expect(await handle.result()).toBe('sent to ann 1');
    const again = await app.start(send, ['ann'], { queue: 'mail', id: 'letter' });
    expect(await again.result()).toBe('sent to ann 1');
    expect(await app.queues.get('mail')).toMatchObject({ waiting: 0, inHands: 0 });
  });

  test('is never begun before its turn, by whoever starts it', async () => {
    const { mail, workflow, launch } = await office({ concurrency: 1 });
    const done = gate();
    const order: string[] = [];
    const send = workflow('send', async (to: string) => {
      order.push(to);
      if (to === 'first') await step.run('wait', () => done.opened);
    });
    const app = await launch();
    const handles = [await app.start(send, ['first'], { queue: mail })];
    await eventually(() => order.length === 1);
    for (const [to, priority] of [
      ['c', 2],
      ['a', 0],
      ['b', 1],
      ['d', 2],
    ] as const) {
      handles.push(await app.start(send, [to], { queue: mail, priority }));
    }
    expect(await app.queues.get(mail)).toMatchObject({ waiting: 4, inHands: 1 });
    done.open();
    for (const handle of handles) await handle.result();
    expect(order).toEqual(['first', 'a', 'b', 'c', 'd']);
  });

  test('wakes an idle executor at once, also in another process', async () => {
    const { mail, workflow, launch, store } = await office();
    const send = workflow('send', async () => 'sent');
    await launch({ store: store.another() });
    const app = await launch({ serve: [] });
    const began = performance.now();
    expect(await (await app.start(send, [], { queue: mail })).result()).toBe('sent');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test('is taken by nobody who does not serve its queue', async () => {
    const { mail, workflow, launch, store, registry } = await office();
    const fax = queue('fax', { registry });
    const by: string[] = [];
    const send = workflow('send', async () => 'sent');
    const app = await launch({ serve: [] });
    const faxer = await launch({ store: store.another(), serve: ['fax'] });
    const run = await app.start(send, [], { queue: fax });
    await run.result();
    by.push((await app.runs.get(run.id)).executorId!);
    const letter = await app.start(send, [], { queue: mail });
    const plain = await app.start(send, []);
    await plain.result();
    expect((await app.runs.get(letter.id)).state).toBe('pending');
    const mailer = await launch({ store: store.another(), serve: [mail] });
    await letter.result();
    by.push((await app.runs.get(letter.id)).executorId!);
    expect(by).toEqual([faxer.executorId, mailer.executorId]);
  });

  test('may be a child, of its parent’s own queue, also where only one is in hands at a time', async () => {
    const { mail, workflow, launch } = await office({ concurrency: 1 });
    const depth = workflow('depth', async (left: number): Promise<number> => {
      if (left === 0) return 0;
      const app = apps[0]!;
      const child = await app.start(depth, [left - 1], { queue: mail });
      return 1 + (await child.result());
    });
    const apps = [await launch()];
    expect(await (await apps[0]!.start(depth, [4], { queue: mail })).result()).toBe(4);
  });

  test('waits for many children on its own queue without a deadlock', async () => {
    const { mail, workflow, launch } = await office({ concurrency: 2, workerConcurrency: 1 });
    let most = 0;
    let now = 0;
    const child = workflow('child', async (n: number) => {
      await step.run('work', async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
      });
      return n;
    });
    const parent = workflow('parent', async () => {
      const children = [];
      for (let n = 0; n < 5; n++) children.push(await app.start(child, [n], { queue: mail }));
      return Promise.all(children.map((one) => one.result()));
    });
    const app = await launch();
    expect(await (await app.start(parent, [], { queue: mail })).result()).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(1);
  });

  test('that keeps its slot while it sleeps lets nobody else in', async () => {
    const { mail, workflow, launch } = await office({ concurrency: 1, parkedHoldSlots: true });
    const done = gate();
    const waits = workflow('waits', async () => {
      const child = await app.start(unqueued, []);
      await child.result();
    });
    const unqueued = workflow('unqueued', async () => {
      await step.run('wait', () => done.opened);
    });
    const next = workflow('next', async () => 'next');
    const app = await launch({ parkAfter: 10 });
    const first = await app.start(waits, [], { queue: mail });
    await reaches(app, first.id, 'waiting');
    const second = await app.start(next, [], { queue: mail });
    expect(await app.queues.get(mail)).toMatchObject({ waiting: 1, inHands: 1 });
    done.open();
    await first.result();
    expect(await second.result()).toBe('next');
  });
});

describe('the slot of a run that is cancelled', () => {
  test('is free when the code of its step has ended, and not before', async () => {
    const { mail, workflow, launch } = await office({ concurrency: 1 });
    const [began, done] = [gate(), gate()];
    const stuck = workflow('stuck', async () => {
      await step.run('deaf', async () => {
        began.open();
        await done.opened;
      });
    });
    const next = workflow('next', async () => 'next');
    const app = await launch();
    const first = await app.start(stuck, [], { queue: mail });
    await began.opened;
    const second = await app.start(next, [], { queue: mail });
    await first.cancel();
    await expect(first.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect(await app.queues.get(mail)).toMatchObject({ waiting: 1, inHands: 1 });
    done.open();
    expect(await second.result()).toBe('next');
    expect((await app.runs.get(first.id)).state).toBe('cancelled');
  });

  test('is free at once if no step of it is being executed', async () => {
    const { mail, workflow, launch } = await office({ concurrency: 1 });
    const done = gate();
    const idle = workflow('idle', async () => done.opened);
    const app = await launch();
    const first = await app.start(idle, [], { queue: mail });
    await reaches(app, first.id, 'running');
    await first.cancel();
    const next = workflow('next', async () => 'next');
    const other = await launch({ workflows: [next] });
    expect(await (await other.start(next, [], { queue: mail })).result()).toBe('next');
  });

  test('is free when a step that heeds its signal stops, wherever the cancel came from', async () => {
    const { mail, workflow, launch, store } = await office({ concurrency: 1 });
    const began = gate();
    const heeds = workflow('heeds', async () => {
      await step.run('listens', async () => {
        began.open();
        const stopped = currentRun()!.step!.signal;
        await new Promise<void>((resolve) => stopped.addEventListener('abort', () => resolve()));
      });
    });
    const next = workflow('next', async () => 'next');
    const worker = await launch({ store: store.another() });
    const app = await launch({ serve: [] });
    const first = await app.start(heeds, [], { queue: mail });
    await began.opened;
    const second = await app.start(next, [], { queue: mail });
    await app.runs.cancel(first.id);
    expect(await second.result()).toBe('next');
    expect((await app.runs.get(second.id)).executorId).toBe(worker.executorId);
  });

  test('is free when its process is dead', async () => {
    const { mail, workflow, launch, store, kill } = await office({ concurrency: 1 });
    const began = gate();
    const stuck = workflow('stuck', async () => {
      await step.run('deaf', () => {
        began.open();
        return forever();
      });
    });
    const next = workflow('next', async () => 'next');
    const victim = await launch({ store: store.another() });
    const first = await victim.start(stuck, [], { queue: mail });
    await began.opened;
    const app = await launch();
    const second = await app.start(next, [], { queue: mail });
    await app.runs.cancel(first.id);
    expect(await app.queues.get(mail)).toMatchObject({ inHands: 1 });
    await kill(victim);
    expect(await second.result()).toBe('next');
  });
});

describe('an executor', () => {
  test('reads no journal of a run that was never in hands before', async () => {
    const { mail, workflow, launch, store } = await office();
    const loads: (readonly string[])[] = [];
    const counting = new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: never[]) => {
          if (key === 'load') loads.push(args[0]!);
          return (value as (...given: never[]) => unknown).apply(target, args);
        };
      },
    });
    const send = workflow('send', async () => step.run('send', () => 'sent'));
    const app = await launch({ store: counting });
    expect(await (await app.start(send, [], { queue: mail })).result()).toBe('sent');
    expect(loads).toEqual([]);
  });

  test('takes no more runs of a queue than it has room for', async () => {
    const { mail, workflow, launch } = await office();
    const done = gate();
    let now = 0;
    const send = workflow('send', async () => {
      await step.run('work', async () => {
        now += 1;
        await done.opened;
      });
    });
    const app = await launch({ concurrency: 3 });
    const handles = [];
    for (let n = 0; n < 9; n++) handles.push(await app.start(send, [], { queue: mail }));
    await eventually(() => now === 3);
    expect(await app.queues.get(mail)).toMatchObject({ waiting: 6, inHands: 3 });
    done.open();
    for (const handle of handles) await handle.result();
  });

  test('fills a slot that it cannot fill itself by waking another', async () => {
    const { mail, workflow, launch, store } = await office({ concurrency: 1 });
    const done = gate();
    const mine = workflow('mine', async () => {
      await step.run('wait', () => done.opened);
    });
    const theirs = workflow('theirs', async () => 'theirs');
    const app = await launch({ workflows: [mine] });
    const other = await launch({ store: store.another(), workflows: [theirs] });
    const first = await app.start(mine, [], { queue: mail });
    await reaches(app, first.id, 'running');
    const second = await other.start(theirs, [], { queue: mail });
    const began = performance.now();
    done.open();
    expect(await second.result()).toBe('theirs');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test('adopts what a claim took whose answer was lost', async () => {
    const { mail, workflow, launch, store } = await office({ concurrency: 1 });
    let losses = 1;
    const lossy = new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return async (...args: never[]) => {
          const answer = await (value as (...given: never[]) => Promise<unknown>).apply(target, args);
          if (key === 'claim' && (answer as { runs: unknown[] }).runs.length > 0 && losses-- > 0)
            throw unavailable();
          return answer;
        };
      },
    });
    const send = workflow('send', async () => 'sent');
    const app = await launch({ store: lossy } as Partial<HoldfastOptions>);
    const handles = [await app.start(send, [], { queue: mail }), await app.start(send, [], { queue: mail })];
    for (const handle of handles) expect(await handle.result()).toBe('sent');
    expect(losses).toBeLessThanOrEqual(0);
  });

  test('that dies gives its slots to the others, and the run goes on', async () => {
    const { mail, workflow, launch, store, kill } = await office({ concurrency: 1 });
    let isFirst = true;
    const began = gate();
    const send = workflow('send', async () => {
      const paid = await step.run('pay', () => 'paid');
      await step.run('send', () => {
        if (!isFirst) return 'sent';
        isFirst = false;
        began.open();
        return forever();
      });
      return paid;
    });
    const victim = await launch({ store: store.another() });
    const handles = [
      await victim.start(send, [], { queue: mail }),
      await victim.start(send, [], { queue: mail }),
    ];
    await began.opened;
    const app = await launch();
    await kill(victim);
    for (const { id } of handles) expect(await app.handle(id).result()).toBe('paid');
  });
});
