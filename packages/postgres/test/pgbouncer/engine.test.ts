import { channel, currentRun, event, queue, type Registry, sleep, step, workflow } from '@holdfast/core';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/index.js';
import { database, launch, proxyTo } from '../engine/app.js';
import { countedWork, expectAllRight, Ledger, untilHolds } from '../support/ledger.js';
import { TestListener } from '../support/listener.js';
import { hasPooler, type Pooler, type PoolerOptions, startPooler } from '../support/pooler.js';
import { openClient } from '../support/sessions.js';

/** An empty database, and a pooler in front of it that lends each transaction another of a few connections. */
async function pooled(options: PoolerOptions = {}): Promise<{ direct: string; url: string; pooler: Pooler }> {
  const direct = await database();
  const pooler = await startPooler(inject('serverUrl'), { poolSize: 4, ...options });
  onTestFinished(() => pooler.remove());
  return { direct, url: pooler.url(direct), pooler };
}

describe.skipIf(!hasPooler)(
  'through PgBouncer in transaction mode (skipped where it is not installed)',
  () => {
    test("an executor knows at once that it is deaf, and listens on nobody else's connection", async () => {
      const { url, direct } = await pooled();
      const store = postgres(url);
      await store.open();
      onTestFinished(() => store.close());
      const beganMs = performance.now();
      expect((await store.attend('a', new TestListener())).hears).toBe(false);
      // It did not have to wait in vain for a notification of its own.
      expect(performance.now() - beganMs).toBeLessThan(1500);
      const observer = await openClient(direct);
      onTestFinished(() => observer.end());
      const { rows } = await observer.query(
        `select query from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
      );
      expect(rows).toEqual([]);
    });

    test('in session mode, where a connection is lent for good, signals arrive', async () => {
      const { url } = await pooled({ mode: 'session', poolSize: 20 });
      const [one, other] = [postgres(url), postgres(url)];
      await one.open();
      await other.open();
      const listener = new TestListener();
      const attendance = await one.attend('a', listener);
      onTestFinished(async () => {
        await attendance.close();
        await Promise.all([one.close(), other.close()]);
      });
      expect(attendance.hears).toBe(true);
      await other.announce([{ kind: 'work' }]);
      await untilHolds(() => listener.heard.length > 0);
    });

    test('two executors share the work, by polling', async () => {
      const { url } = await pooled();
      const seenBy = new Set<string>();
      const define = (name: string) => (registry: Registry) =>
        workflow('shared', { registry }, async (n: number) => {
          seenBy.add(name);
          // The first executor is kept busy until the second has found work too.
          await step.run('both', () => untilHolds(() => seenBy.size === 2));
          return n;
        });
      const { app, defined } = await launch(url, define('first'), { concurrency: 5 });
      await launch(url, define('second'), { concurrency: 5 });
      const handles = [];
      for (let n = 0; n < 40; n++) handles.push(await app.start(defined, [n], { delay: 1 }));
      expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(handles.map((_, n) => n));
    }, 60_000);

    test('the runs of an executor that died are taken over when its lease lapses', async () => {
      const { url } = await pooled();
      let reportStarted: () => void = () => {};
      const started = new Promise<void>((resolve) => {
        reportStarted = resolve;
      });
      const define = (hangs: boolean) => (registry: Registry) =>
        workflow('taken over', { registry }, async () => {
          const first = await step.run('first', () => (hangs ? 'of the dead' : 'again'));
          if (hangs) {
            reportStarted();
            await new Promise(() => {});
          }
          return first;
        });
      const { app: first, defined } = await launch(url, define(true), { lease: '1s' });
      const { app: second } = await launch(url, define(false), { lease: '1s' });
      const handle = await first.start(defined, []);
      await started;
      first.halt();
      expect(await second.handle(handle.id).result()).toBe('of the dead');
    }, 60_000);

    test('a cancel by one executor aborts the step that another one is in the middle of', async () => {
      const { url } = await pooled();
      let report: (signal: AbortSignal) => void = () => {};
      const entered = new Promise<AbortSignal>((resolve) => {
        report = resolve;
      });
      const define = (registry: Registry) =>
        workflow('busy', { registry }, () =>
          step.run('endless', () => {
            report(currentRun()!.step!.signal);
            return new Promise<void>(() => {});
          }),
        );
      const { app: first, defined } = await launch(url, define);
      const { app: second } = await launch(url, define);
      const handle = await first.start(defined, []);
      const signal = await entered;
      expect(await second.runs.cancel(handle.id)).toBe(true);
      await untilHolds(() => signal.aborted);
      await expect(handle.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    });

    test('tables are migrated once by many who launch together', async () => {
      const { url } = await pooled();
      const stores = Array.from({ length: 10 }, () => postgres(url, { poolSize: 1 }));
      await Promise.all(stores.map((store) => store.open()));
      const ids = stores.map((store) => store.location?.installationId);
      await Promise.all(stores.map((store) => store.close()));
      expect(new Set(ids).size).toBe(1);
    });

    test('queues keep their limits, messages and events arrive, and nobody has to hear of it', async () => {
      const { url } = await pooled();
      let inside = 0;
      let most = 0;
      const define = (registry: Registry) => {
        const pool = queue('pool', { registry, concurrency: 2 });
        const mail = channel<number>('mail', { registry });
        const seen = event<number>('seen', { registry });
        const limited = workflow('limited', { registry }, async (n: number) => {
          inside += 1;
          most = Math.max(most, inside);
          await step.run('work', () => new Promise((resolve) => setTimeout(resolve, 5)));
          inside -= 1;
          return n;
        });
        const receiver = workflow('receiver', { registry }, async () => {
          const got = await mail.receive();
          await seen.set(got);
          return got;
        });
        const watcher = workflow('watcher', { registry }, async (id: string) => seen.get(id));
        return { pool, mail, seen, limited, receiver, watcher };
      };
      const { app, defined } = await launch(url, define, { parkAfter: 10 });
      await launch(url, define, { parkAfter: 10 });
      const { pool, limited, receiver, watcher, mail, seen } = defined;
      const numbers = Array.from({ length: 12 }, (_, n) => n);
      const handles = await Promise.all(numbers.map((n) => app.start(limited, [n], { queue: pool })));
      const waiting = await app.start(receiver, []);
      const watching = await app.start(watcher, [waiting.id]);
      await expect.poll(() => watching.status(), { timeout: 20_000 }).toBe('waiting');
      await mail.send(waiting.id, 42);
      expect(await watching.result()).toBe(42);
      expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(numbers);
      expect(most).toBeLessThanOrEqual(2);
      expect(await waiting.result()).toBe(42);
      expect(await seen.get(waiting.id)).toBe(42);
    }, 60_000);

    test('two hundred runs come through while the pooler is killed again and again', async () => {
      const { url, pooler } = await pooled({ poolSize: 10 });
      const ledger = new Ledger();
      const { defined } = await launch(url, countedWork(ledger));
      const results = Array.from({ length: 200 }, (_, run) => defined(run));
      for (let round = 1; round <= 6; round++) {
        await untilHolds(() => ledger.size >= round * 200);
        await pooler.kill();
        await pooler.start();
      }
      await expectAllRight(results, ledger);
    }, 120_000);

    test('nothing is asked of a connection that would outlive its transaction', async () => {
      const { url } = await pooled();
      const proxy = await proxyTo(url);
      const { app, defined } = await launch(proxy.url(url), (registry) =>
        workflow('everything', { registry }, async () => {
          const id = currentRun()?.id;
          await step.run('a step', () => id);
          await sleep(10);
          return id;
        }),
      );
      await launch(proxy.url(url), (registry) => workflow('other', { registry }, async () => undefined));
      const handle = await app.start(defined, []);
      expect(await handle.result()).toBe(handle.id);
      await app.shutdown();
      const lasting =
        /pg_(try_)?advisory_lock|^\s*(set|listen|unlisten|prepare|deallocate|discard|declare)\b|set_config/i;
      expect(proxy.statements.filter((text) => lasting.test(text))).toEqual([]);
    });
  },
);
