import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest';
import {
  Client,
  type ClientOptions,
  channel,
  createRegistry,
  event,
  type RunHandle,
  step,
  workflow,
} from '../src/index.js';
import { type Bench, bench, journalOf } from './support/bench.js';
import { ManualClock } from './support/manual-clock.js';
import { errorOf, eventually, forever, gate, settled } from './support/signals.js';

/** An open client on the store of a bench, in a process that has no workflows. */
async function clientOf({ store }: Bench, options: Partial<ClientOptions> = {}): Promise<Client> {
  const client = new Client({ store: store.another(), registry: createRegistry(), ...options });
  await client.open();
  onTestFinished(() => client.close());
  return client;
}

describe('a client', () => {
  test('starts a run by the name of its workflow, and gets its result', async () => {
    const here = await bench();
    const double = here.workflow('double', async (n: number) => n * 2);
    const app = await here.launch();
    const client = await clientOf(here);
    const handle = await client.start<typeof double>('double', [21], { id: 'a', tags: { by: 'client' } });
    expectTypeOf(handle).toEqualTypeOf<RunHandle<number>>();
    expect(await handle.result()).toBe(42);
    expect(await handle.status()).toBe('succeeded');
    expect(await app.runs.get('a')).toMatchObject({ input: [21], tags: { by: 'client' } });
  });

  test('checks at compile time what a workflow takes, by its type alone', async () => {
    const here = await bench();
    const double = here.workflow('double', async (n: number) => n * 2);
    const client = await clientOf(here);
    // @ts-expect-error a text is no number
    await client.start<typeof double>('double', ['21']);
    // @ts-expect-error nor is nothing
    await client.start(double, []);
    expectTypeOf(await client.start('whatever', [1, 'a'])).toEqualTypeOf<RunHandle>();
    expectTypeOf(await client.start(double, [1])).toEqualTypeOf<RunHandle<number>>();
  });

  test('starts runs while nobody is there to execute them, for whoever comes', async () => {
    const here = await bench();
    const client = await clientOf(here);
    const handle = await client.start('double', [21]);
    await settled();
    expect(await handle.status()).toBe('pending');
    expect(await client.runs.stranded()).toMatchObject([{ workflow: 'double', version: '1', runs: 1 }]);
    here.workflow('double', async (n: number) => n * 2);
    await here.launch();
    expect(await handle.result()).toBe(42);
  });

  test('takes no lease, claims nothing, and is nobody to the apps', async () => {
    const here = await bench();
    const flow = here.workflow('flow', async () => 'done');
    const client = await clientOf(here, { registry: here.registry });
    const { peers } = await here.store.register({ id: 'observer', host: 'h', pid: 1 }, 60_000);
    expect(peers).toBe(0);
    const { id } = await client.start(flow, []);
    await settled();
    expect(await here.store.run(id)).toMatchObject({ state: 'pending', executorId: null, epoch: 0 });
    await client.close();
    expect((await here.store.renew('observer', 60_000)).lapsed).toBe(0);
  });

  test('records the version of the process that has the workflow and came last', async () => {
    const here = await bench();
    const versionOf = async (client: Client, options = {}): Promise<string> =>
      (await client.runs.get((await client.start('flow', [], options)).id)).version;
    const client = await clientOf(here);
    expect(await versionOf(client)).toBe('1');
    for (const version of ['3', '2']) {
      const registry = createRegistry();
      workflow('flow', { registry, version }, async () => {});
      await here.launch({ registry });
    }
    expect(await versionOf(client)).toBe('2');
    expect(await versionOf(client, { version: 'mine' })).toBe('mine');
    const registry = createRegistry();
    workflow('flow', { registry, version: 'of the code' }, async () => {});
    expect(await versionOf(await clientOf(here, { registry }))).toBe('of the code');
  });

  test('knows from live processes what the code says of a workflow: its time limit, that it is a singleton', async () => {
    const here = await bench();
    const { registry } = here;
    workflow('timed', { registry, timeout: '1h' }, async () => {});
    workflow('alone', { registry, singleton: true }, forever);
    await here.launch();
    const client = await clientOf(here);
    const timed = await client.start('timed', []);
    expect(await client.runs.get(timed.id)).toMatchObject({ timeoutMs: 3_600_000 });
    const first = await client.start('alone', []);
    expect((await client.start('alone', [])).id).toBe(first.id);
  });

  test('starts many runs at once', async () => {
    const here = await bench();
    const double = here.workflow('double', async (n: number) => n * 2);
    await here.launch();
    const client = await clientOf(here);
    const handles = await client.startMany<typeof double>('double', [[1], [2], [3]], (n) => ({
      id: `run ${n}`,
    }));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([2, 4, 6]);
    expect(handles.map(({ id }) => id)).toEqual(['run 0', 'run 1', 'run 2']);
    expect(await client.startMany(double, [])).toEqual([]);
  });

  test('refuses bad input before anything is written', async () => {
    const here = await bench();
    const client = await clientOf(here);
    const refused = async (...args: readonly unknown[]): Promise<unknown> =>
      (await errorOf(client.start(...(args as [string, unknown[]]))))['code'];
    expect(await refused('', [])).toBe('INVALID_NAME');
    expect(await refused(7, [])).toBe('UNKNOWN_WORKFLOW');
    expect(await refused('flow', 'no list')).toBe('INVALID_INPUT');
    expect(await refused('flow', [() => {}])).toBe('UNRECORDABLE_VALUE');
    expect(await refused('flow', [], { id: '' })).toBe('INVALID_ID');
    expect(await refused('flow', [], { delay: 'soon' })).toBe('INVALID_DURATION');
    expect(await refused('flow', [], { tags: 7 })).toBe('INVALID_OPTION');
    expect((await client.runs.list()).runs).toEqual([]);
    await client.start('one', [], { id: 'a' });
    expect(await refused('other', [], { id: 'a' })).toBe('RUN_ID_CONFLICT');
    expect((await client.start('one', [], { id: 'a' })).id).toBe('a');
  });

  test('hears of results, and gets errors, cancels and what is not there', async () => {
    const here = await bench();
    const [go, error] = [gate(), new Error('out of stock')];
    here.workflow('waits', () => step.run('wait', () => go.opened.then(() => 'gone')));
    here.workflow('fails', () => Promise.reject(error));
    await here.launch();
    const client = await clientOf(here);
    const waits = await client.start('waits', []);
    const result = waits.result();
    go.open();
    expect(await result).toBe('gone');
    expect(await errorOf((await client.start('fails', [])).result())).toMatchObject({
      message: 'out of stock',
    });
    const cancelled = await client.start('nobody has it', []);
    expect(await cancelled.cancel()).toBe(true);
    expect(await errorOf(cancelled.result())).toMatchObject({ code: 'RUN_CANCELLED' });
    expect(await errorOf(client.handle('missing').result())).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('makes schedules that apps start, and triggers them', async () => {
    const clock = new ManualClock();
    const here = await bench({ clock });
    const { registry } = here;
    const ran: string[] = [];
    const note = workflow(
      'note',
      { registry, version: '7', timeout: '1h' },
      async (at: Date, who: string) => {
        ran.push(`${at.toISOString().slice(11, 19)} ${who}`);
        return who;
      },
    );
    await here.launch();
    const client = await clientOf(here, { clock });
    await client.schedules.set('mails', { cron: '* * * * *', workflow: 'note', args: ['ada'] });
    expect(await client.schedules.get('mails')).toMatchObject({ version: '7', timeoutMs: 3_600_000 });
    await settled();
    clock.advance(60_000);
    await eventually(() => ran.length === 1);
    expect(ran).toEqual(['00:01:00 ada']);
    const triggered = await client.schedules.trigger('mails');
    expect(await clock.passUntil(triggered.result())).toBe('ada');
    const stretch = { from: new Date(clock.now() - 120_000), to: new Date(clock.now() - 60_000) };
    const [backfilled] = await client.schedules.backfill('mails', stretch);
    expect(await clock.passUntil(backfilled!.result())).toBe('ada');
    await client.schedules.pause('mails');
    expect((await client.schedules.list())[0]!.pausedAt).toEqual(new Date(clock.now()));
    // With the code at hand, what it says.
    const coder = await clientOf(here, { clock, registry });
    await coder.schedules.set('by the code', { cron: '* * * * *', workflow: note, args: ['bo'] });
    expect(await coder.schedules.get('by the code')).toMatchObject({ version: '7', args: ['bo'] });
  });

  test('refuses schedules that are not valid, and writes none', async () => {
    const here = await bench();
    const client = await clientOf(here);
    const right = { cron: '* * * * *', workflow: 'note' };
    for (const [wrong, code] of [
      [{ ...right, cron: 'x' }, 'INVALID_CRON'],
      [{ ...right, workflow: '' }, 'INVALID_NAME'],
      [{ ...right, workflow: 7 as never }, 'INVALID_OPTION'],
      [{ ...right, queue: 'nobody defines it' }, 'UNKNOWN_QUEUE'],
    ] as const) {
      expect(await errorOf(client.schedules.setMany({ right, wrong }))).toMatchObject({ code });
    }
    expect(await client.schedules.list()).toEqual([]);
    await client.schedules.set('right', right);
    expect(await client.schedules.get('right')).toMatchObject({ workflow: 'note', version: '1' });
  });

  test('sets a schedule in a recorded call of a run that uses it', async () => {
    const here = await bench();
    const client = new Client({ store: here.store, registry: createRegistry() });
    await client.open();
    onTestFinished(() => client.close());
    const settings = { cron: '* * * * *', workflow: 'flow' };
    const flow = here.workflow('flow', () => client.schedules.set('each minute', settings));
    const app = await here.launch({ version: '5' });
    const handle = await app.start(flow, []);
    await handle.result();
    expect(await journalOf(app, handle.id)).toEqual(['set schedule each minute']);
    expect(await app.schedules.get('each minute')).toMatchObject({ version: '5' });
  });

  test('debounces, and what it debounced begins in an app with the last arguments', async () => {
    const clock = new ManualClock();
    const here = await bench({ clock });
    const reindex = workflow(
      'reindex',
      { registry: here.registry, version: '3' },
      async (shop: string) => shop,
    );
    const app = await here.launch();
    const client = await clientOf(here, { clock });
    const first = await client.debounce<typeof reindex>('reindex', 'shop', ['a'], { wait: '5s' });
    expectTypeOf(first).toEqualTypeOf<RunHandle<string>>();
    const second = await client.debounce(reindex, 'shop', ['b'], { wait: '5s' });
    expect(second.id).toBe(first.id);
    expect(await app.runs.get(first.id)).toMatchObject({ state: 'pending', version: '3' });
    expect(await clock.passUntil(second.result())).toBe('b');
    expect(await errorOf(client.debounce('reindex', 'shop', ['c'], {} as never))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect((await client.runs.list()).runs).toHaveLength(1);
  });

  test('waits for the first of some runs, and for all of them', async () => {
    const here = await bench();
    const go = gate();
    here.workflow('waits', () => step.run('wait', () => go.opened.then(() => 'late')));
    here.workflow('fails', () => Promise.reject(new Error('out of stock')));
    await here.launch();
    const client = await clientOf(here);
    const handles = [await client.start('waits', []), await client.start('fails', [])];
    expect((await client.waitFirst(handles)).id).toBe(handles[1]!.id);
    go.open();
    expect(await client.waitAll(handles)).toMatchObject([
      { status: 'fulfilled', value: 'late' },
      { status: 'rejected', reason: { message: 'out of stock' } },
    ]);
    expect(await errorOf(client.waitFirst([]))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(client.waitAll([client.handle('missing')]))).toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });

  test('operates on runs: lists, counts, cancels, resumes and moves them', async () => {
    const here = await bench();
    here.workflow('flow', async () => 'done');
    const app = await here.launch();
    const client = await clientOf(here);
    const { id } = await client.start('flow', [], { version: '0' });
    await client.runs.cancel(id);
    expect(await client.runs.counts({ by: ['state'] })).toEqual([{ state: 'cancelled', runs: 1 }]);
    await client.runs.resume(id);
    expect(await client.runs.move({ ids: [id], to: '1' })).toBe(1);
    expect(await client.handle(id).result()).toBe('done');
    expect((await client.runs.list({ executorId: app.executorId })).runs).toMatchObject([{ id }]);
  });

  test('sends messages and gets events', async () => {
    const here = await bench();
    const { registry } = here;
    const approval = channel<string>('approval', { registry });
    const progress = event<number>('progress', { registry });
    here.workflow('flow', async () => {
      await progress.set(50);
      return approval.receive();
    });
    await here.launch();
    const client = await clientOf(here);
    const handle = await client.start('flow', []);
    expect(await client.event(progress).get(handle.id)).toBe(50);
    await client.channel(approval).send(handle.id, 'yes');
    expect(await handle.result()).toBe('yes');
  });

  test('is part of a run that uses it: what it starts there is recorded, and started once', async () => {
    const here = await bench();
    const child = here.workflow('child', async () => 'from the child');
    const client = new Client({ store: here.store, registry: here.registry });
    await client.open();
    onTestFinished(() => client.close());
    const reached = gate();
    let isFirst = true;
    const parent = here.workflow('parent', async () => {
      const handle = await client.start<typeof child>('child', []);
      const result = await handle.result();
      if (isFirst) {
        reached.open();
        await step.run('stop', forever);
      }
      return result;
    });
    const first = await here.launch();
    await first.start(parent, [], { id: 'p' });
    await reached.opened;
    isFirst = false;
    await here.kill(first);
    const second = await here.launch();
    expect(await second.handle('p').result()).toBe('from the child');
    expect((await second.runs.list({ workflow: 'child' })).runs).toHaveLength(1);
  });

  test('cannot be used before it is open or once it is closed, and says so', async () => {
    const { store } = await bench();
    const client = new Client({ store: store.another(), registry: createRegistry() });
    expect(await errorOf(client.start('flow', []))).toMatchObject({ code: 'NOT_LAUNCHED' });
    expect(await errorOf(client.runs.list())).toMatchObject({ code: 'NOT_LAUNCHED' });
    await Promise.all([client.open(), client.open()]);
    const waiting = errorOf((await client.start('flow', [])).result());
    await Promise.all([client.close(), client.close()]);
    expect(await waiting).toMatchObject({ code: 'SHUT_DOWN' });
    expect(await errorOf(client.start('flow', []))).toMatchObject({ code: 'SHUT_DOWN' });
    expect(await errorOf(client.open())).toMatchObject({ code: 'SHUT_DOWN' });
    const unopened = new Client({ store: store.another() });
    await unopened.close();
    expect(await errorOf(unopened.open())).toMatchObject({ code: 'SHUT_DOWN' });
  });

  test('wakes an idle process at once: long before it would look by itself', async () => {
    const clock = new ManualClock();
    const here = await bench({ clock });
    here.workflow('flow', async () => 'done');
    await here.launch();
    const client = await clientOf(here, { clock });
    await settled();
    const sinceMs = clock.now();
    const result = client.start('flow', []).then((handle) => handle.result());
    expect(await clock.passUntil(result)).toBe('done');
    expect(clock.now() - sinceMs).toBeLessThan(1000); // it would look in five seconds
  });
});
