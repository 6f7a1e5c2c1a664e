import { isStorableJson } from './text.js';

/**
 * The deepest nesting of lists and objects in the JSON of a value. PHP reads 512 levels, Python about 990; decoding
 * takes two to four times as many before the stack of Node overflows, JSON.stringify 4,000, Postgres 10,000.
 */
export const MAX_DEPTH = 500;

/** A Set costs more than it saves up to about this many members. */
const SMALL = 12;

/**
 * The JSON of a value of which JSON says everything, else undefined. Most values are of this kind, and each step pays
 * for this, so it keeps no paths and gives no reasons.
 */
export function plainJson(value: unknown): string | undefined {
  try {
    // An accessor is read twice, here and by JSON.stringify: one that changes its mind in between is recorded as it
    // was the second time.
    const json = isPlain(value, undefined, 1) ? JSON.stringify(value) : undefined;
    return json !== undefined && isStorableJson(json) ? json : undefined;
  } catch {
    return undefined; // an accessor or a proxy threw, or the text is too long: the careful way says where
  }
}

function isPlain(value: unknown, seen: Seen | undefined, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || isPlainObject(value, seen ?? new Seen(), depth);
    default:
      return false;
  }
}

function isPlainObject(value: object, seen: Seen, depth: number): boolean {
  if (depth > MAX_DEPTH || !seen.add(value) || Object.getOwnPropertySymbols(value).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    // The count differs where the array has holes or named fields.
    if (prototype !== Array.prototype || Object.keys(value).length !== value.length) return false;
    for (let index = 0; index < value.length; index++)
      if (!isPlain(value[index], seen, depth + 1)) return false;
    return true;
  }
  if (prototype !== Object.prototype && prototype !== null) return false;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return false;
  for (const key of Object.keys(value)) {
    if (!isPlain((value as Record<string, unknown>)[key], seen, depth + 1)) return false;
  }
  return true;
}

/** The objects met so far. One met twice is shared, which JSON cannot say. */
class Seen {
  readonly #few: object[] = [];
  #many: Set<object> | undefined;

  /** False if the object was there already. */
  add(value: object): boolean {
    if (this.#many) return this.#many.size !== this.#many.add(value).size;
    if (this.#few.includes(value)) return false;
    if (this.#few.push(value) === SMALL) this.#many = new Set(this.#few);
    return true;
  }
}
