import { randomUUID } from 'node:crypto';
import {
  createRegistry,
  Holdfast,
  type HoldfastOptions,
  type Registry,
  type RunHandle,
  type Store,
  type Workflow,
  workflow,
} from '@holdfast/core/internal';
import type { Ground, GroundWire } from '../ground.js';
import { Home } from './home.js';
import type { MakeOrm, Orm } from './orm.js';

/** How an app of a test is made, beside its workflows. */
export type AppOptions = Omit<HoldfastOptions, 'store' | 'workflows' | 'registry'> & {
  /** Changes the store before it is used. */
  readonly wrap?: (store: Store) => Store;
  readonly schema?: string;
  /** Where its store is. Default: in the test's database. */
  readonly url?: string;
};

/** A run with all that a test may want of it. */
export interface Begun<Result> {
  readonly id: string;
  readonly app: Holdfast;
  readonly workflow: Workflow<[], Result>;
  readonly handle: RunHandle<Result>;
}

/** What one test works with: an ORM of its own and apps of its own, each by way of a wire that can be cut. */
export class Bench {
  readonly ground: Ground;
  readonly home: Home;
  readonly orm: Orm;
  readonly ormWire: GroundWire;
  readonly storeWire: GroundWire;
  readonly registry: Registry;
  readonly makeOrm: MakeOrm;
  readonly #apps: Holdfast[] = [];
  readonly #cleanUps: (() => Promise<unknown>)[] = [];
  #opened: Store | undefined;

  private constructor(
    parts: Pick<Bench, 'ground' | 'home' | 'orm' | 'ormWire' | 'storeWire' | 'registry'>,
    makeOrm: MakeOrm,
  ) {
    this.ground = parts.ground;
    this.home = parts.home;
    this.orm = parts.orm;
    this.ormWire = parts.ormWire;
    this.storeWire = parts.storeWire;
    this.registry = parts.registry;
    this.makeOrm = makeOrm;
  }

  static async make(ground: Ground, home: Home, makeOrm: MakeOrm): Promise<Bench> {
    const { hostname, port } = new URL(home.url);
    const target = { host: hostname, port: Number(port || 5432) };
    const [ormWire, storeWire] = await Promise.all([
      ground.startWireProxy(target),
      ground.startWireProxy(target),
    ]);
    const registry = createRegistry();
    const orm = await makeOrm({ url: ormWire.url(home.url), registry, poolSize: 10 });
    return new Bench({ ground, home, orm, ormWire, storeWire, registry }, makeOrm);
  }

  /** A name that nothing else in the database has. */
  name(what: string): string {
    return `${what} ${randomUUID()}`;
  }

  /** Another instance of the ORM. By default its adapter cannot be found by `app.within`. */
  async anotherOrm(url: string, { registry = createRegistry(), poolSize = 10 } = {}): Promise<Orm> {
    const orm = await this.makeOrm({ url, registry, poolSize });
    this.#cleanUps.push(() => orm.close());
    return orm;
  }

  /** Another database, with the suites' tables. */
  async anotherHome(): Promise<Home> {
    const home = await Home.make(this.ground);
    this.#cleanUps.push(() => home.dispose());
    return home;
  }

  /** A workflow that no other test has. */
  workflow<Args extends readonly unknown[], Result>(
    body: (...args: Args) => Promise<Result>,
    name: string = this.name('workflow'),
  ): Workflow<Args, Result> {
    return workflow(name, { registry: this.registry }, body);
  }

  /** Launches an app. It is shut down, or what is left of it is cleared away, after the test. */
  async launch(
    workflows: readonly object[],
    { wrap = (store) => store, schema, url, ...options }: AppOptions = {},
  ): Promise<Holdfast> {
    const store = this.store(schema, url);
    const app = new Holdfast({ ...options, store: wrap(store), workflows, registry: this.registry });
    await app.launch();
    this.#apps.push(app);
    return app;
  }

  /** Launches an app for one workflow, and starts a run of it. */
  async begin<Result>(body: () => Promise<Result>, options: AppOptions = {}): Promise<Begun<Result>> {
    const made = this.workflow(body);
    const app = await this.launch([made], options);
    const handle = await app.start(made, []);
    return { id: handle.id, app, workflow: made, handle };
  }

  /** Launches an app for one workflow, runs it, and gives its result. */
  async run<Result>(body: () => Promise<Result>, options: AppOptions = {}): Promise<Result> {
    const { handle } = await this.begin(body, options);
    return handle.result();
  }

  /** Declares an app's executor dead, whether it is or not, and tells the others. */
  async bury(app: Holdfast): Promise<void> {
    await (await this.#bystander()).bury(app.executorId);
    await this.callForWork();
  }

  /** Tells all apps to look for work, so that no test waits for them to do so by themselves. */
  async callForWork(): Promise<void> {
    await (await this.#bystander()).announce([{ kind: 'work' }]);
  }

  /** Stops an app as a kill would, and declares it dead. */
  async crash(app: Holdfast): Promise<void> {
    app.halt();
    await this.bury(app);
  }

  /** A store of nobody's, to speak through. */
  async #bystander(): Promise<Store> {
    if (this.#opened) return this.#opened;
    const store = this.store();
    await store.open();
    this.#opened = store;
    return store;
  }

  store(schema = 'holdfast', url = this.home.url): Store {
    const store = this.ground.postgres(this.storeWire.url(url), { schema });
    this.#cleanUps.push(() => store.close());
    return store;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.shutdown({ drain: '1s' })));
    for (const cleanUp of this.#cleanUps.reverse()) await cleanUp();
    await this.orm.close();
    await Promise.all([this.ormWire.close(), this.storeWire.close()]);
  }
}
