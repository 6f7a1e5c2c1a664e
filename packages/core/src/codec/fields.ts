import { corrupt } from './extra.js';
import { Members, Pair, type Reading } from './kind.js';
import { Slot } from './slot.js';
import { isStorable } from './text.js';

/** Fields of an object as a JSON object, or as a list of pairs if Postgres refuses one of the names. */
export function writeFields(owner: object, names: readonly string[]): Members {
  if (names.every(isStorable)) return new Members({}, owner, names);
  const fields = owner as Record<string, unknown>;
  return Members.ofList(names.map((name) => new Pair(name, () => fields[name])));
}

/** The fields that `writeFields` wrote. */
export function* fieldsOf(slot: Slot, reading: Reading): Generator<[string, unknown]> {
  if (Array.isArray(slot.raw)) {
    for (const [name, value] of pairsOf(slot, reading)) yield [String(name), value];
  } else if (typeof slot.raw === 'object' && slot.raw !== null) {
    for (const name of Object.keys(slot.raw)) yield [name, reading.child(slot, name)];
  } else {
    throw corrupt('fields are missing');
  }
}

/** The values of a list of pairs. */
export function* pairsOf(slot: Slot, reading: Reading): Generator<[unknown, unknown]> {
  if (!Array.isArray(slot.raw)) throw corrupt('a list of pairs is missing');
  for (const [index, raw] of slot.raw.entries()) {
    if (!Array.isArray(raw) || raw.length !== 2) throw corrupt('a pair is missing');
    const pair = slot.below.get(index) ?? new Slot(raw);
    yield [reading.child(pair, 0), reading.child(pair, 1)];
  }
}

/** The symbols among an object's keys, as far as they are enumerable. */
export function enumerableSymbols(value: object): symbol[] {
  return Object.getOwnPropertySymbols(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key),
  );
}

/** Sets an own field whatever the prototype says of it: a setter or a read-only field there is passed by. */
export function define(target: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
