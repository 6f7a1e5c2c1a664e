import { type MethodDecorator, Transaction, WorkflowMethod, workflowOf } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Subject } from '../suites.js';
import type { Bench } from './bench.js';
import { meeting } from './gate.js';

export const decorated: Subject<Bench> = {
  name: 'current() and decorators',
  define(test) {
    test('current() is the transaction of the step, however deep it is called', async (bench) => {
      const { orm, home } = bench;
      const name = bench.name('item');
      const insert = async (): Promise<unknown> => orm.insertItem(orm.steps.current(), name);
      const record = orm.steps('record', async () => {
        await Promise.all([insert(), Promise.resolve().then(insert)]);
        throw new Error('no');
      });
      await expect(bench.run(record)).rejects.toThrow('no');
      expect(await home.items(name)).toBe(0);
    });

    test('parallel steps have a transaction each', async (bench) => {
      const { orm } = bench;
      const allAreOpen = meeting(3);
      const look = orm.steps('look', async () => {
        await allAreOpen();
        const own = orm.steps.current();
        await orm.adapter.run(own, 'select 1 as one', []);
        const [row] = await orm.adapter.run(orm.steps.current(), 'select pg_backend_pid() as pid', []);
        expect(orm.steps.current()).toBe(own);
        return row?.['pid'];
      });
      const pids = await bench.run(() => Promise.all([look(), look(), look()]));
      expect(new Set(pids).size).toBe(3);
    });

    test('a decorated method is a transactional step with its instance and arguments', async (bench) => {
      const { orm, home, registry } = bench;
      const name = bench.name('item');
      class Shop {
        readonly prefix = name;
        async checkout(amount: number): Promise<string> {
          return this.record(amount);
        }
        async record(amount: number): Promise<string> {
          await orm.insertItem(orm.steps.current(), this.prefix);
          return `${this.prefix} for ${amount}`;
        }
      }
      decorate(Shop.prototype, 'checkout', WorkflowMethod({ registry, name: bench.name('checkout') }));
      decorate(Shop.prototype, 'record', Transaction(orm.steps, { isolationLevel: 'repeatable read' }));
      const shop = new Shop();
      const app = await bench.launch([shop]);
      const handle = await app.start(workflowOf(shop, 'checkout'), [7]);
      expect(await handle.result()).toBe(`${name} for 7`);
      expect(await app.runs.steps(handle.id)).toMatchObject([{ kind: 'transaction', name: 'record' }]);
      expect(await home.items(name)).toBe(1);
    });
  },
};

/** What a decorator's syntax does, which not every version of Node knows. */
function decorate<Owner extends object>(
  owner: Owner,
  key: keyof Owner & string,
  decorator: MethodDecorator,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key)!;
  Object.defineProperty(owner, key, decorator(owner, key, descriptor));
}
