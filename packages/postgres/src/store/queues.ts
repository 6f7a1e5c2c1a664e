import type { Queue, QueueDeletion, QueueLimits, QueueRecord, QueueStore } from '@holdfast/core/internal';
import { defineQueues } from '../sql/queues/define.js';
import { deleteQueue } from '../sql/queues/delete.js';
import { limitColumns } from '../sql/queues/limits.js';
import { pauseQueue } from '../sql/queues/pause.js';
import { readQueues } from '../sql/queues/read.js';
import { saveQueue } from '../sql/queues/save.js';
import type { RunStatement } from './run-statement.js';

/** Queues in Postgres. */
export class PostgresQueues implements QueueStore {
  readonly #run: RunStatement;

  constructor(run: RunStatement) {
    this.#run = run;
  }

  async define(queues: readonly Queue[]): Promise<void> {
    const rows = queues.map(({ name, limits, apply }) => ({
      name,
      apply,
      definition: limits,
      ...limitColumns(limits),
    }));
    await this.#run(defineQueues, [JSON.stringify(rows)]);
  }

  list(): Promise<readonly QueueRecord[]> {
    return this.#run(readQueues, [null]);
  }

  async find(name: string): Promise<QueueRecord | undefined> {
    return (await this.#run(readQueues, [name]))[0];
  }

  async save(name: string, limits: QueueLimits, revision: string | null): Promise<boolean> {
    return (await this.#run(saveQueue, [name, JSON.stringify(limitColumns(limits)), revision])).length > 0;
  }

  async pause(name: string, isPaused: boolean): Promise<boolean> {
    return (await this.#run(pauseQueue, [name, isPaused ? 1 : 0])).length > 0;
  }

  async delete(name: string): Promise<QueueDeletion> {
    const [removal] = await this.#run(deleteQueue, [name]);
    if (removal?.isRemoved) return 'deleted';
    return removal?.isKnown ? 'not empty' : 'unknown';
  }
}
