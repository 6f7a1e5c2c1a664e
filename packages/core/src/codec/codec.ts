import { HoldfastError, isHoldfastError } from '../errors/index.js';
import { corrupt, parseJson, parseNotes } from './extra.js';
import { plainJson } from './plain.js';
import { Projector } from './projector.js';
import { tooLarge, unrecordable } from './refusal.js';
import { ClassRegistry } from './registry.js';
import { revive } from './reviver.js';

/** A value as stored: two JSON texts. */
export interface Encoded {
  /** Plain JSON, as any language would write the value. */
  readonly json: string;
  /** What JSON cannot say of it, in the format of extra.ts; null for most values. */
  readonly extra: string | null;
}

/** Turns values into what is stored, and back. */
export interface Codec {
  /**
   * The stored form of a value. An error always has one: what it holds that cannot be recorded becomes undefined.
   *
   * @param what the value's part in the run, named in the error: `result of step "charge card"`.
   * @throws HoldfastError UNRECORDABLE_VALUE for a function, a symbol, a promise, or an instance of a class that is not
   * registered, anywhere in the value; its `details` hold `path`, `what` and `found`.
   */
  encode(value: unknown, what: string): Encoded;
  /**
   * A new value, equal to the one encoded. Objects without a prototype come back with one; frozen ones come back open.
   *
   * @throws HoldfastError STORE_CORRUPT for texts that no release of Holdfast up to this one wrote, UNSUPPORTED for an
   * instance of a class that is not registered here.
   */
  decode(encoded: Encoded): unknown;
}

/** The stored form of undefined: what a function without a result returns. */
export const UNDEFINED: Encoded = Object.freeze({ json: 'null', extra: '[[[],"undefined"]]' });

/** A codec that knows the given classes beside the built-in ones. */
export function createCodec(classes: ClassRegistry = new ClassRegistry()): Codec {
  return {
    encode(value, what) {
      if (value === undefined) return UNDEFINED;
      const json = plainJson(value);
      return json === undefined ? encodeWithCare(value, what, classes) : { json, extra: null };
    },
    decode({ json, extra }) {
      if (extra === null) return parseJson(json);
      return extra === UNDEFINED.extra ? undefined : decodeWithCare(json, extra, classes);
    },
  };
}

function encodeWithCare(value: unknown, what: string, classes: ClassRegistry): Encoded {
  try {
    const projector = new Projector(what, classes);
    const json = JSON.stringify(projector.project(value));
    return { json, extra: projector.notes.length > 0 ? JSON.stringify(projector.notes) : null };
  } catch (error) {
    if (isHoldfastError(error, 'UNRECORDABLE_VALUE')) throw error;
    throw unrecordable(what, [], tooLarge(error));
  }
}

function decodeWithCare(json: string, extra: string, classes: ClassRegistry): unknown {
  try {
    return revive(parseJson(json), parseNotes(parseJson(extra)), classes);
  } catch (error) {
    throw error instanceof HoldfastError ? error : corrupt('its two parts do not fit', error);
  }
}
