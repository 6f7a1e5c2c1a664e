import type { ConsumerApp, HandlingOptions } from './consumer-options.js';
import { decodedValue } from './decode.js';
import { isFaultOfARecord } from './faults.js';
import { after, type FoundRecord, recordOf } from './record.js';
import type { Bury, Move, Taking } from './taking.js';

/** Another reader was here: rolls the transaction back. */
class MovedOn extends Error {}

/** Hands each record to the user, in a transaction in which the reader moves past it. */
export class Handling<Value, Tx> implements Taking {
  readonly #app: ConsumerApp;
  readonly #options: HandlingOptions<Value, Tx>;
  readonly #bury: Bury;

  constructor(app: ConsumerApp, options: HandlingOptions<Value, Tx>, bury: Bury) {
    this.#app = app;
    this.#options = options;
    this.#bury = bury;
  }

  async take(records: readonly FoundRecord[], move: Move): Promise<boolean> {
    let { from } = move;
    for (const found of records) {
      const to = after(found.offset);
      if (!(await this.#takeOne(found, { ...move, from, to }))) return false;
      from = to;
    }
    return true;
  }

  async #takeOne(found: FoundRecord, move: Move): Promise<boolean> {
    const { transaction, handle } = this.#options;
    try {
      const record = recordOf(found, await decodedValue(found, this.#options));
      await transaction.run('take a record', async (tx) => {
        // First: a reader that comes second waits here, and does no work.
        if (!(await this.#app.offsets.advanceWithin(tx, move))) throw new MovedOn();
        await handle(tx, record);
      });
      return true;
    } catch (error) {
      if (error instanceof MovedOn) return false;
      if (!isFaultOfARecord(error)) throw error;
      await this.#bury({ ...found, error });
      return this.#app.offsets.advance(move, []);
    }
  }
}
