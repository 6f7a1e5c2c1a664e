import {
  createRegistry,
  Holdfast,
  type HoldfastOptions,
  type MemoryStore,
  memoryStore,
  workflow,
} from '../../src/index.js';
import { reaches } from '../support/bench.js';
import type { Made } from './perform.js';

/** Where an example runs: a store, no definitions at first, and one app at a time. */
export class World {
  readonly store: MemoryStore = memoryStore();
  app!: Holdfast;

  constructor() {
    shared[Symbol.for('holdfast.registry.v1')] = createRegistry();
  }

  /** Launches an app of all that is defined by now, and of these instances, in place of the one before. */
  async launch(...workflows: NonNullable<HoldfastOptions['workflows']>): Promise<Holdfast> {
    await this.shutdown();
    this.app = new Holdfast({ store: this.store, ...(workflows.length > 0 && { workflows }) });
    await this.app.launch();
    return this.app;
  }

  async shutdown(): Promise<void> {
    await this.app?.shutdown({ drain: 0 });
  }
}

/** The reader's own part of an example, and what must have come of it. */
export interface Scenario {
  /** What stands there before it. An app of all that is defined then is launched afterwards. */
  readonly before?: (world: World) => object | Promise<object>;
  /** Whether it is a part of a workflow's body. */
  readonly isInRun?: boolean;
  readonly after: (made: Made, world: World) => unknown;
}

const shared = globalThis as { [key: symbol]: unknown };

/** A workflow that gives what it is given. */
export const echo = (name: string) => workflow(name, async (value?: unknown) => value);

/** A run that has begun and does not end. */
export async function underWay(world: World, name: string, id: string) {
  const waits = workflow(name, () => new Promise<never>(() => {}));
  const app = await world.launch();
  await app.start(waits, [], { id });
  await reaches(app, id, 'running');
}

/** A run that failed for good, until it is mended. */
export async function failed(world: World, id: string, { name = 'fails', tags = {} } = {}) {
  let isBroken = true;
  const fails = workflow(name, async () => {
    if (isBroken) throw new Error('broken');
    return 'mended';
  });
  const app = await world.launch();
  await app.start(fails, [], { id, tags });
  await reaches(app, id, 'failed');
  return { mend: () => (isBroken = false) };
}
