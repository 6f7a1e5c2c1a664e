import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@holdfast/postgres/internal';
import pg from 'pg';
import { inject } from 'vitest';
import { type TestTopic, topic, until } from '../support/kafka.js';
import type { WorkerConfig } from './messages.js';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** A process that consumes until it is killed. */
export class Worker {
  readonly #child: ChildProcess;
  /** By which signal it ended; null if by itself. */
  readonly died: Promise<NodeJS.Signals | null>;
  readonly ready: Promise<unknown>;

  constructor(config: WorkerConfig) {
    const args = ['--import', 'tsx', WORKER, JSON.stringify(config)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.died = once(this.#child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
    this.ready = Promise.race([once(this.#child, 'message'), this.died]);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Asks it to drain and to go. */
  async leave(): Promise<void> {
    await this.ready;
    this.#child.send('leave');
    await this.died;
  }
}

/** A topic, a database, and the processes that carry records from the one to the other. */
export class Scene {
  readonly topic: TestTopic;
  readonly #url: string;
  readonly #client: pg.Client;
  readonly #drop: () => Promise<void>;
  readonly #group = `group-${randomUUID()}`;
  readonly #workers: Worker[] = [];

  private constructor(made: TestTopic, url: string, client: pg.Client, drop: () => Promise<void>) {
    this.topic = made;
    this.#url = url;
    this.#client = client;
    this.#drop = drop;
  }

  static async set({ partitions = 2 } = {}): Promise<Scene> {
    const { url, drop } = await createTestDatabase(inject('serverUrl'));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    // No key: what happens twice is there twice.
    await client.query('create table taken ("order" int not null, by text not null)');
    return new Scene(await topic({ partitions }), url, client, drop);
  }

  hire(config: Pick<WorkerConfig, 'form' | 'death'> & Partial<WorkerConfig>): Worker {
    const { topic: made } = this;
    const place = { url: this.#url, broker: inject('broker'), topic: made.name, group: this.#group };
    const worker = new Worker({ batchSize: 5, ...place, ...config });
    this.#workers.push(worker);
    return worker;
  }

  /** How often each order was taken, by whom. */
  async taken(): Promise<Record<string, Record<string, number>>> {
    const { rows } = await this.#client.query<{ by: string; order: number; times: number }>(
      'select by, "order", count(*)::int as times from taken group by 1, 2 order by 1, 2',
    );
    const found: Record<string, Record<string, number>> = {};
    for (const { by, order, times } of rows) {
      found[by] ??= {};
      found[by][order] = times;
    }
    return found;
  }

  /** How many runs there are, and how many of them have ended well. */
  async runs(): Promise<{ all: number; well: number }> {
    const { rows } = await this.#client.query<{ all: number; well: number }>(
      `select count(*)::int as all, count(*) filter (where state = 'succeeded')::int as well from holdfast.runs`,
    );
    return rows[0]!;
  }

  /** Waits until so many runs have ended well. */
  async untilDone(count: number): Promise<void> {
    await until(`${count} runs end well`, async () => (await this.runs()).well >= count);
  }

  async strike(): Promise<void> {
    for (const worker of this.#workers) worker.kill();
    await Promise.all(this.#workers.map((worker) => worker.died));
    await this.#client.end();
    await this.#drop();
  }
}

/** What the topic says was ordered: each number once. */
export function eachOnce(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, order) => [order, 1]));
}
