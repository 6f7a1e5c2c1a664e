import type { Codec } from '../codec/index.js';
import type { Store } from '../store/index.js';
import type { Clock } from '../time/index.js';
import type { Logger } from './logger.js';
import type { Telemetry } from './telemetry.js';

/** What every part of the engine is given: nothing of this is reached for globally. */
export interface EngineDeps {
  readonly store: Store;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What watches the app, if anything does. */
  readonly telemetry?: Telemetry | undefined;
  /** A new random UUID. */
  readonly newId: () => string;
  /** A new id for a run: no two are the same, and later ones sort after earlier ones. */
  readonly newRunId: () => string;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
}
