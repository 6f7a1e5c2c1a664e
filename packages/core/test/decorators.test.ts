import { describe, expect, test } from 'vitest';
import { step, Workflow, workflowOf } from '../src/index.js';
import { journalOf } from './support/bench.js';
import { compiledShop, type DecoratorForm } from './support/compiled.js';
import { type Shop, shop } from './support/shop.js';
import { errorOf, forever, gate } from './support/signals.js';

const forms: DecoratorForm[] = ['standard', 'experimental'];

async function decorated(form: DecoratorForm) {
  const made: Shop = await shop('here');
  const calls: string[] = [];
  return { ...made, calls, ...compiledShop(form).defineShop({ ...made, calls }) };
}

describe.each(forms)('%s decorators', (form) => {
  describe("a workflow that is an instance's method", () => {
    test('is called like any method, runs durably, and keeps its `this`', async () => {
      const { Shop, launch, calls, database } = await decorated(form);
      const store = new Shop('EUR');
      await launch({ workflows: [store] });
      expect(await store.checkout('order-1', 250)).toBe('order-1: 250 EUR');
      expect(calls).toEqual(['checkout order-1', 'charge 250', 'record order-1']);
      expect(database.rows).toEqual(['order-1 in EUR']);
    });

    test('may be started, with an id, by workflowOf', async () => {
      const { Shop, launch } = await decorated(form);
      const store = new Shop('EUR');
      const app = await launch({ workflows: [store] });
      const handle = await app.start(workflowOf(store, 'checkout'), ['order-1', 5], { id: 'a' });
      expect(await handle.result()).toBe('order-1: 5 EUR');
      expect(await app.runs.get('a')).toMatchObject({ workflow: 'checkout', version: '1' });
      expect(await journalOf(app, 'a')).toEqual(['charge', 'transaction record']);
    });

    test('goes on after a crash on the instance that the next process lists', async () => {
      const { Shop, launch, kill, calls } = await decorated(form);
      const store = new Shop('EUR');
      const entered = gate();
      const { charge } = store;
      store.charge = async function (this: typeof store, cents: number) {
        const paid = await charge.call(this, cents);
        await step.run('wait', () => {
          entered.open();
          return calls.length === 2 ? forever() : undefined;
        });
        return paid;
      };
      const app = await launch({ workflows: [store] });
      const { id } = await app.start(workflowOf(store, 'checkout'), ['order-1', 5]);
      await entered.opened;
      await kill(app);
      const next = await launch({ workflows: [store] });
      expect(await next.handle(id).result()).toBe('order-1: 5 EUR');
      expect(calls).toEqual(['checkout order-1', 'charge 5', 'checkout order-1', 'record order-1']);
    });

    test('calls another as a child run', async () => {
      const { Shop, launch } = await decorated(form);
      const store = new Shop('EUR');
      const app = await launch({ workflows: [store] });
      const handle = await app.start(workflowOf(store, 'checkoutAll'), [['a', 'b']], { id: 'p' });
      expect(await handle.result()).toEqual(['a: 0 EUR', 'b: 1 EUR']);
      expect(await app.runs.get('p')).toMatchObject({ workflow: 'all orders', version: '7' });
      expect(await app.runs.get('p.1')).toMatchObject({ workflow: 'checkout', parentId: 'p' });
    });

    test('of an instance that no app lists says so', async () => {
      const { Shop, launch } = await decorated(form);
      await launch({ workflows: [new Shop('EUR')] });
      const unlisted = new Shop('USD');
      expect(await errorOf(unlisted.checkout('a', 1))).toMatchObject({
        code: 'NOT_LAUNCHED',
        message: expect.stringContaining('this instance is not listed'),
        details: { workflow: 'checkout' },
      });
      expect(() => workflowOf(unlisted, 'checkout')).toThrow(
        expect.objectContaining({ code: 'NOT_LAUNCHED' }),
      );
    });
  });

  describe('several instances of one class', () => {
    test('are told apart by names, and a run stays with its own', async () => {
      const { Shop, launch } = await decorated(form);
      const [eu, us] = [new Shop('EUR'), new Shop('USD')];
      const app = await launch({
        workflows: [
          { name: 'eu', instance: eu },
          { name: 'us', instance: us },
        ],
      });
      expect(await Promise.all([eu.checkout('a', 1), us.checkout('b', 2)])).toEqual(['a: 1 EUR', 'b: 2 USD']);
      const handle = await app.start(workflowOf(us, 'checkout'), ['c', 3]);
      expect(await handle.result()).toBe('c: 3 USD');
      expect((await app.runs.get(handle.id)).workflow).toBe('us.checkout');
    });

    test('without names clash', async () => {
      const { Shop, app } = await decorated(form);
      expect(() => app({ workflows: [new Shop('EUR'), new Shop('USD')] })).toThrow(
        expect.objectContaining({ code: 'DUPLICATE_WORKFLOW', details: { workflow: 'checkout' } }),
      );
    });

    test('one instance in two apps is the same workflow', async () => {
      const { Shop, launch, store: data } = await decorated(form);
      const store = new Shop('EUR');
      const first = await launch({ workflows: [store] });
      const second = await launch({ workflows: [store] });
      const handle = await first.start(workflowOf(store, 'insist'), []);
      expect(await second.handle(handle.id).result()).toBe(3);
      expect(await errorOf(store.insist())).toMatchObject({ code: 'AMBIGUOUS_APP' });
      expect((await data.statuses([handle.id]))[0]!.workflow).toBe('stubborn');
    });
  });

  describe('a workflow that is a static method', () => {
    test('is ready with its class, and keeps its `this`', async () => {
      const { Shop, launch } = await decorated(form);
      const app = await launch();
      expect(await Shop.close()).toBe('closed with 100');
      const handle = await app.start(workflowOf(Shop, 'close'), []);
      expect(await handle.result()).toBe('closed with 100');
      expect(await journalOf(app, handle.id)).toEqual(['count']);
    });

    test('may be listed by its class', async () => {
      const { Shop, launch, workflow } = await decorated(form);
      const other = workflow('other', async () => {});
      const app = await launch({ workflows: [Shop] });
      expect(await Shop.close()).toBe('closed with 100');
      expect(await errorOf(app.start(other, []))).toMatchObject({ details: { known: ['close'] } });
    });

    test('may be in a class that has a static field called `instance`', async () => {
      const { Single, launch } = await decorated(form);
      await launch({ workflows: [Single] });
      expect(await Single.start()).toBe('started');
    });
  });

  describe('a decorated step', () => {
    test('takes a name and options', async () => {
      const { Shop, launch } = await decorated(form);
      const store = new Shop('EUR');
      const app = await launch({ workflows: [store] });
      const handle = await app.start(workflowOf(store, 'insist'), []);
      expect(await handle.result()).toBe(3);
      expect(await app.runs.steps(handle.id)).toMatchObject([{ name: 'try hard', attempt: 3 }]);
    });

    test('is a plain call outside a run, and a transaction a plain transaction', async () => {
      const { Shop, database } = await decorated(form);
      const store = new Shop('EUR');
      expect(await store.charge(7)).toBe('7 EUR');
      await store.record('a');
      expect(database.rows).toEqual(['a in EUR']);
      expect(await Shop.count()).toBe(100);
    });
  });

  test('a step and a transaction with an undo are taken back on their instance', async () => {
    const { Agency, launch, calls, database } = await decorated(form);
    const agency = new Agency('North');
    const app = await launch({ workflows: [agency] });
    const handle = await app.start(workflowOf(agency, 'trip'), ['Oslo']);
    expect(await errorOf(handle.result())).toMatchObject({ message: 'out of money' });
    expect(calls).toEqual(['North reserves to Oslo', 'North cancels seat 12 to Oslo']);
    expect(database.rows).toEqual(['North enters Oslo', 'North strikes out Oslo']);
    expect((await journalOf(app, handle.id)).slice(2)).toEqual(['undo undo enter', 'undo undo reserve']);
  });

  describe('a subclass', () => {
    test('inherits decorated methods; what it overrides beside them counts', async () => {
      const { Bookshop, launch } = await decorated(form);
      const store = new Bookshop('EUR');
      await launch({ workflows: [store] });
      expect(await store.checkout('a', 3)).toBe('a: 3 EUR in a bookshop');
    });

    test('may override a workflow with one of its own', async () => {
      const { Auction, launch } = await decorated(form);
      const store = new Auction('EUR');
      const app = await launch({ workflows: [store] });
      expect(await store.checkout('a', 3)).toBe('auctioned 3 EUR for a');
      const handle = await app.start(workflowOf(store, 'checkout'), ['b', 4]);
      expect(await handle.result()).toBe('auctioned 4 EUR for b');
    });
  });
});

describe('a decorator', () => {
  test('refuses a name that cannot be stored', async () => {
    const { registry } = await shop('here');
    const method = Object.getOwnPropertyDescriptor({ async bad() {} }, 'bad')!;
    expect(() => Workflow({ registry, name: '' })({}, 'bad', method)).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME' }),
    );
  });

  test.each([
    ['a class', [class {}, { kind: 'class', name: 'X' }]],
    ['a getter', [() => 1, { kind: 'getter', name: 'x' }]],
    ['a field', [undefined, { kind: 'field', name: 'x' }]],
    ['a field, in the experimental form', [{}, 'x', undefined]],
    ['a class, in the experimental form', [class {}]],
    ['a getter, in the experimental form', [{}, 'x', { get: () => 1 }]],
  ])('is for methods only: not for %s', (_, args) => {
    const decorate = Workflow() as unknown as (...args: unknown[]) => unknown;
    expect(() => decorate(...args)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  test('leaves workflowOf nothing for a method that is not decorated', () => {
    expect(() => workflowOf({ plain: async () => {} }, 'plain')).toThrow(
      expect.objectContaining({ code: 'NOT_LAUNCHED' }),
    );
  });
});
