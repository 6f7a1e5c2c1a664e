import {
  currentRun,
  type Registry,
  Step,
  Transaction,
  type TransactionalStepMaker,
  Workflow,
} from '../../src/index.js';

// Compiled twice by the tests, with the standard decorators and with `experimentalDecorators`, and type-checked under
// both (tsconfig.json, tsconfig.experimental.json).

/** What the decorated classes work with. */
export interface ShopParts {
  readonly registry: Registry;
  readonly tx: TransactionalStepMaker<{ insert(row: string): void }>;
  /** What was called. */
  readonly calls: string[];
}

/** A new set of classes, for one test. */
export function defineShop({ registry, tx, calls }: ShopParts) {
  class Shop {
    constructor(readonly currency: string) {}

    @Workflow({ registry })
    async checkout(order: string, cents: number): Promise<string> {
      calls.push(`checkout ${order}`);
      const paid = await this.charge(cents);
      await this.record(order);
      return `${order}: ${paid}`;
    }

    @Step()
    async charge(cents: number): Promise<string> {
      calls.push(`charge ${cents}`);
      return this.format(cents);
    }

    @Transaction(tx)
    async record(order: string): Promise<void> {
      calls.push(`record ${order}`);
      tx.current().insert(`${order} in ${this.currency}`);
    }

    @Workflow({ registry, name: 'all orders', version: '7' })
    async checkoutAll(orders: readonly string[]): Promise<string[]> {
      return Promise.all(orders.map((order, n) => this.checkout(order, n)));
    }

    @Workflow({ registry, name: 'stubborn' })
    async insist(): Promise<number> {
      return this.try();
    }

    @Step({ name: 'try hard', retry: { attempts: 3, initial: 1 }, timeout: '10s' })
    async try(): Promise<number> {
      const { attempt } = currentRun()!.step!;
      if (attempt < 3) throw new Error('busy');
      return attempt;
    }

    /** Not decorated. */
    format(cents: number): string {
      return `${cents} ${this.currency}`;
    }

    static till = 100;

    @Workflow({ registry })
    static async close(): Promise<string> {
      // biome-ignore lint/complexity/noThisInStatic: that `this` is kept is what is tested
      return `closed with ${await this.count()}`;
    }

    @Step()
    static async count(): Promise<number> {
      // biome-ignore lint/complexity/noThisInStatic: that `this` is kept is what is tested
      return this.till;
    }
  }

  class Bookshop extends Shop {
    override format(cents: number): string {
      return `${super.format(cents)} in a bookshop`;
    }
  }

  class Auction extends Shop {
    @Workflow({ registry })
    override async checkout(order: string, cents: number): Promise<string> {
      return `auctioned ${await super.charge(cents)} for ${order}`;
    }
  }

  class Single {
    static readonly instance = new Single();
    readonly kind = 'single';

    @Workflow({ registry, name: 'single' })
    static async start(): Promise<string> {
      return 'started';
    }
  }

  class Agency {
    constructor(readonly name: string) {}

    @Workflow({ registry })
    async trip(to: string): Promise<never> {
      await this.reserve(to);
      await this.enter(to);
      throw new Error('out of money');
    }

    @Step({
      undo(this: Agency, seat: string, to: string) {
        calls.push(`${this.name} cancels ${seat} to ${to}`);
      },
    })
    async reserve(to: string): Promise<string> {
      calls.push(`${this.name} reserves to ${to}`);
      return 'seat 12';
    }

    @Transaction(tx, {
      undo(this: Agency, t, _, to: string) {
        t.insert(`${this.name} strikes out ${to}`);
      },
    })
    async enter(to: string): Promise<void> {
      tx.current().insert(`${this.name} enters ${to}`);
    }
  }

  return { Shop, Bookshop, Auction, Single, Agency };
}
