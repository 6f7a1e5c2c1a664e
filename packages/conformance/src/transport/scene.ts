import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type RunView } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { readLedger } from '../crash/ledger.js';
import type { Ground, GroundDatabase } from '../ground.js';
import type { Delivery } from './delivery.js';
import type { WorkerConfig } from './messages.js';
import type { Outside } from './outside.js';
import { TAKE_IN } from './program.js';
import { WorkerProcess } from './worker-process.js';

/** What a scene is made of. */
export interface Stage {
  readonly ground: Ground;
  readonly worker: URL;
  readonly makeOutside: () => Promise<Outside>;
}

/** One test's database, its world outside, and the processes that receive from it. */
export class Scene {
  readonly outside: Outside;
  readonly #stage: Stage;
  readonly #database: GroundDatabase;
  readonly #folder: string;
  readonly #client: Client;
  readonly #workers: WorkerProcess[] = [];

  private constructor(
    stage: Stage,
    parts: { readonly outside: Outside; readonly database: GroundDatabase; readonly folder: string },
  ) {
    this.#stage = stage;
    this.outside = parts.outside;
    this.#database = parts.database;
    this.#folder = parts.folder;
    this.#client = new Client({ store: stage.ground.postgres(parts.database.url) });
  }

  static async set(stage: Stage): Promise<Scene> {
    const { ground, makeOutside } = stage;
    const [outside, database, folder] = await Promise.all([
      makeOutside(),
      ground.createTestDatabase(ground.serverUrl),
      mkdtemp(join(tmpdir(), 'holdfast-transport-')),
    ]);
    const scene = new Scene(stage, { outside, database, folder });
    await scene.#client.open();
    return scene;
  }

  /** A worker that receives. `death`: where it dies. `isShut`: its starts wait until it is told `open()`. */
  async hire({ death = null, isShut = false }: Partial<WorkerConfig> = {}): Promise<WorkerProcess> {
    const config = {
      url: this.#database.url,
      ledger: this.#ledger,
      place: this.outside.place,
      death,
      isShut,
    };
    const worker = new WorkerProcess(fileURLToPath(this.#stage.worker), config);
    this.#workers.push(worker);
    this.outside.receiverAt(await worker.ready);
    return worker;
  }

  /** The runs that were started of a delivery. */
  async runsOf(delivery: Delivery): Promise<readonly RunView[]> {
    return (await this.#runs()).filter(({ input }) => (input[0] as Delivery).id === delivery.id);
  }

  /** Asserts that each of these deliveries has one run, that it ended well, and that there is no other run. */
  async eachHasOneRun(deliveries: readonly Delivery[]): Promise<void> {
    const expected = deliveries.map(({ id }) => id).sort();
    const runs = await this.#runs();
    expect(runs.map(({ input }) => (input[0] as Delivery).id).sort()).toEqual(expected);
    const results = await Promise.all(runs.map(({ id }) => this.#client.handle<string>(id).result()));
    expect(results.sort()).toEqual(expected);
    // What the bodies themselves say of it, past the store: a step may run twice if its process died, but in one run.
    const noted = new Set(readLedger(this.#ledger).map(({ name, run }) => `${name} in ${run}`));
    expect([...noted].sort()).toEqual(
      runs.map(({ id, input }) => `${(input[0] as Delivery).id} in ${id}`).sort(),
    );
  }

  async strike(): Promise<void> {
    for (const worker of this.#workers) worker.kill();
    await Promise.all(this.#workers.map(({ exited }) => exited));
    await this.outside.close();
    await this.#client.close();
    await this.#database.drop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #ledger(): string {
    return join(this.#folder, 'ledger');
  }

  async #runs(): Promise<readonly RunView[]> {
    const { runs } = await this.#client.runs.list({ workflow: TAKE_IN, payloads: true, limit: 1000 });
    return runs;
  }
}
