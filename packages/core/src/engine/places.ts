import type { Checkpoints, SqlAdapter, StoreLocation } from '../define/index.js';
import type { CheckpointPlace } from './run-host.js';

/**
 * Remembers, for each adapter, whether its transactions are on the engine's own database. Asked once per adapter: the
 * installation id that migrations wrote into the schema says so.
 */
export class Places {
  readonly #known = new WeakMap<SqlAdapter<unknown>, Promise<CheckpointPlace>>();

  of(
    adapter: SqlAdapter<unknown>,
    checkpoints: Checkpoints,
    location: StoreLocation | undefined,
  ): Promise<CheckpointPlace> {
    const known = this.#known.get(adapter);
    if (known) return known;
    const place = find(adapter, checkpoints, location);
    this.#known.set(adapter, place);
    // A database that cannot be reached now may be reached later.
    place.catch(() => this.#known.delete(adapter));
    return place;
  }
}

async function find(
  adapter: SqlAdapter<unknown>,
  checkpoints: Checkpoints,
  location: StoreLocation | undefined,
): Promise<CheckpointPlace> {
  const isHere =
    location !== undefined &&
    (await adapter.transaction({}, (tx) =>
      checkpoints.isHere((text, values) => adapter.run(tx, text, values), location),
    ));
  if (isHere) return 'here';
  await adapter.transaction({}, (tx) =>
    checkpoints.prepareApart((text, values) => adapter.run(tx, text, values)),
  );
  return 'apart';
}
