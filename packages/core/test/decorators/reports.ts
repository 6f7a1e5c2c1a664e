import { type Registry, Scheduled, Workflow } from '../../src/index.js';

// Compiled twice by the tests, with the standard decorators and with `experimentalDecorators`, and type-checked under
// both (tsconfig.json, tsconfig.experimental.json).

/** A new set of classes, for one test. `ran` gets what was called. */
export function defineReports(registry: Registry, ran: string[]) {
  class Reports {
    constructor(readonly owner: string) {}

    @Scheduled('0 3 * * *', { timeZone: 'Europe/Berlin', args: ['short'] })
    @Workflow({ registry })
    async nightly(scheduledAt: Date, form: string): Promise<void> {
      ran.push(`${this.owner} ${form} ${scheduledAt.toISOString()}`);
    }

    @Scheduled('0 7 * * *', { name: 'mornings' })
    @Scheduled('0 19 * * *', { name: 'evenings' })
    @Workflow({ registry, name: 'digest' })
    async sendDigest(scheduledAt: Date): Promise<void> {
      ran.push(`${this.owner} digest ${scheduledAt.toISOString()}`);
    }
  }

  class Cleaning {
    static readonly what = 'attic';
    readonly kind = 'cleaning';

    @Scheduled('* * * * *', { catchUp: 'all', overlap: 'skip' })
    @Workflow({ registry })
    static async clean(scheduledAt: Date): Promise<void> {
      // biome-ignore lint/complexity/noThisInStatic: that `this` is kept is what is tested
      ran.push(`${this.what} ${scheduledAt.toISOString()}`);
    }
  }

  return { Reports, Cleaning };
}

/** A class whose schedule is wrong. */
export function defineMisspelt(registry: Registry) {
  class Misspelt {
    @Scheduled('61 * * * *')
    @Workflow({ registry })
    async nightly(): Promise<void> {}
  }
  return Misspelt;
}

/** A class whose decorators are in the wrong order. */
export function defineUpsideDown(registry: Registry) {
  class UpsideDown {
    @Workflow({ registry })
    @Scheduled('0 * * * *')
    async nightly(): Promise<void> {}
  }
  return UpsideDown;
}
