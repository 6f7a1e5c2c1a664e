import type { LogStart, StartOptions, WorkflowFunction } from '@holdfast/core';
import type { ConsumerApp, StartingOptions } from './consumer-options.js';
import { readingOf } from './consumer-options.js';
import { decodedValue } from './decode.js';
import { aboutRecord, isFaultOfARecord } from './faults.js';
import { keyPartition, logName, runIdOf } from './place-names.js';
import { after, type FoundRecord, recordOf } from './record.js';
import type { Bury, Move, Taking } from './taking.js';

/** A record and the run of it; none for one that was put away. */
interface Prepared {
  readonly found: FoundRecord;
  readonly start: LogStart | undefined;
}

/** Starts a run of each record: all of a batch, and that it was read, in one transaction. */
export class Starting<Value, Args extends readonly unknown[]> implements Taking {
  readonly #app: ConsumerApp;
  readonly #options: StartingOptions<Value, Args>;
  readonly #bury: Bury;

  constructor(app: ConsumerApp, options: StartingOptions<Value, Args>, bury: Bury) {
    this.#app = app;
    this.#options = options;
    this.#bury = bury;
  }

  async take(records: readonly FoundRecord[], move: Move): Promise<boolean> {
    const prepared: Prepared[] = [];
    for (const found of records) prepared.push({ found, start: await this.#prepare(found) });
    return this.#advance(prepared, move);
  }

  /** One that cannot be stored holds back its neighbours: they are written in halves until it stands alone. */
  async #advance(prepared: readonly Prepared[], move: Move): Promise<boolean> {
    try {
      return await this.#app.offsets.advance(
        move,
        prepared.flatMap(({ start }) => (start ? [start] : [])),
      );
    } catch (error) {
      if (!isFaultOfARecord(error)) throw error;
      const [{ found }] = prepared as [Prepared];
      if (prepared.length === 1) {
        await this.#bury({ ...found, error });
        return this.#app.offsets.advance(move, []);
      }
      const middle = prepared.length >> 1;
      const between = after(prepared[middle - 1]!.found.offset);
      const first = await this.#advance(prepared.slice(0, middle), { ...move, to: between });
      return first && this.#advance(prepared.slice(middle), { ...move, from: between });
    }
  }

  async #prepare(found: FoundRecord): Promise<LogStart | undefined> {
    try {
      return await this.#startOf(found);
    } catch (error) {
      if (!isFaultOfARecord(error)) throw error;
      await this.#bury({ ...found, error });
      return undefined;
    }
  }

  async #startOf(found: FoundRecord): Promise<LogStart> {
    const { workflow, args, start = {} } = this.#options;
    const record = recordOf(found, await decodedValue(found, this.#options));
    const given = aboutRecord(found, 'args', () => (args ? args(record) : [record.value]));
    const options = aboutRecord(found, 'start', () => (typeof start === 'function' ? start(record) : start));
    return {
      workflow: workflow as WorkflowFunction<never>,
      args: given,
      options: { id: runIdOf(readingOf(this.#options), found), ...options, ...this.#place(found) },
    };
  }

  #place({ topic, partition, raw }: FoundRecord): StartOptions {
    const { queue, order = 'none' } = this.#options;
    if (queue === undefined) return {};
    if (order === 'none') return { queue };
    // Records without a key are not to be ordered by it: they run in the order of their partition.
    const isByKey = order === 'key' && raw.key !== null;
    return { queue, partitionKey: isByKey ? keyPartition(raw.key!) : logName({ topic, partition }) };
  }
}
