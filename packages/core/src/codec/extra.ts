import { HoldfastError } from '../errors/index.js';

/*
 * THE STORED FORMAT. Part of the tables' stable contract: rows written by any released version stay readable.
 *
 * A value is two JSON texts. `json` is what any language would write for it. `extra` is null when `json` says it all,
 * else a list of notes on places in `json`:
 *
 *     [path, kind, ...args]        path: the keys and indexes from the root of `json`, [] for the root itself
 *
 *     kind         what stands in `json`                      args
 *     undefined    null
 *     number       null; 0 for -0                             'NaN' | 'Infinity' | '-Infinity' | '-0'
 *     bigint       decimal string
 *     string       the string, U+FFFD for what Postgres       index, code unit, index, code unit, ...
 *                  refuses (NUL, lone surrogates)
 *     date         ISO 8601 string; null if invalid
 *     regexp       '/source/flags'                            as for string
 *     url          string
 *     bytes        base64 string                              'Buffer' | 'ArrayBuffer' | 'DataView' | 'Uint8Array' | ...
 *     map          list of [key, value]
 *     set          list
 *     holes        list, null at each hole                    index, index, ...
 *     array        object of index or name to value: an       length
 *                  array with named fields, or very sparse
 *     object       list of [key, value]: an object with a
 *                  key that Postgres refuses
 *     error        object of fields, name and message first   class, then the fields that are not shown or hidden as usual
 *     class        object of fields                           registered name
 *     recipe       what the recipe made of the value          registered name, notes on it (paths start there)
 *     ref          a copy of the target, or null (in a        path of the target
 *                  cycle, and where copies grow too large)
 *
 * The fields of an `error` or `class` are a list of [key, value] if a key is one that Postgres refuses.
 * No place has two notes. A note's order in the list means nothing. The format grows by new kinds only: a reader that
 * meets a kind it does not know refuses the value.
 */

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A step into a list or an object. */
export type Key = string | number;

export type Path = readonly Key[];

/** One remark on a place in the JSON part. */
export type Note = readonly [path: Path, kind: string, ...args: unknown[]];

/** @throws HoldfastError STORE_CORRUPT for a text that is not JSON. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw corrupt('it is not JSON', cause);
  }
}

/** @throws HoldfastError STORE_CORRUPT for anything but a list of notes. */
export function parseNotes(found: unknown): readonly Note[] {
  if (Array.isArray(found) && found.every(isNote)) return found;
  throw corrupt('its second part is not a list of [path, kind, ...]');
}

function isNote(found: unknown): found is Note {
  return Array.isArray(found) && isPath(found[0]) && typeof found[1] === 'string';
}

export function isPath(found: unknown): found is Path {
  return Array.isArray(found) && found.every((key) => typeof key === 'string' || typeof key === 'number');
}

/** The error for a stored value that cannot be read back. */
export function corrupt(why: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_CORRUPT',
    `A stored value cannot be read: ${why}. It was changed by hand, or written by a newer version of Holdfast.`,
    cause === undefined ? {} : { cause },
  );
}

/** Sets an own field, also one called `__proto__`, which an assignment would take for the prototype. */
export function put<T>(target: Record<Key, T>, key: Key, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}
