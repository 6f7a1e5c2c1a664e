import { corrupt, type Json, put } from './extra.js';
import { enumerableSymbols, fieldsOf, pairsOf, writeFields } from './fields.js';
import { Members, Pair, type Reading, type Write } from './kind.js';
import { symbolKey } from './refusal.js';
import type { Slot } from './slot.js';
import { isStorable } from './text.js';

/** An array is written with its holes as nulls if it has this many at most beyond twice its elements. */
const HOLES = 1000;

export const writeObject: Write = (value, place, writing) => {
  const [symbol] = enumerableSymbols(value);
  const keys = Object.keys(value);
  if (symbol !== undefined && !place.lenient) return symbolKey(symbol);
  if (!keys.every(isStorable)) writing.noteOn(place, 'object');
  return writeFields(value, keys);
};

export function readObject(slot: Slot, reading: Reading): object {
  const value = slot.make<Record<string, unknown>>({});
  for (const [key, field] of pairsOf(slot, reading)) put(value, String(key), field);
  return value;
}

export const writeArray: Write = (value, place, writing) => {
  const array = value as readonly unknown[];
  const [symbol] = enumerableSymbols(array);
  const keys = Object.keys(array);
  if (symbol !== undefined && !place.lenient) return symbolKey(symbol);
  const named = keys.filter((key) => !isIndex(key)).length;
  const holes = array.length - keys.length + named;
  if (named > 0 || holes > 2 * keys.length + HOLES) {
    writing.noteOn(place, 'array', array.length);
    return writeFields(array, keys);
  }
  if (holes === 0) return Members.ofList(array);
  writing.noteOn(place, 'holes', ...holesOf(array));
  return new Members(new Array<Json>(array.length).fill(null), array, keys.map(Number));
};

export function readHoles(slot: Slot, reading: Reading): unknown[] {
  const array = slot.make(listOf(slot) as unknown[]);
  for (const index of slot.below.keys()) array[Number(index)] = reading.child(slot, index);
  for (const index of slot.args) delete array[Number(index)];
  return array;
}

export function readArray(slot: Slot, reading: Reading): unknown[] {
  const array = slot.make<unknown[]>(new Array(Number(slot.args[0])));
  const fields = array as unknown as Record<string, unknown>;
  for (const [key, field] of fieldsOf(slot, reading)) put(fields, key, field);
  return array;
}

export const writeMap: Write = (value, place, writing) => {
  const entries = [...Map.prototype.entries.call(value)] as [unknown, unknown][];
  writing.noteOn(place, 'map');
  return Members.ofList(entries.map(([key, entry]) => new Pair(key, () => entry)));
};

export function readMap(slot: Slot, reading: Reading): Map<unknown, unknown> {
  const map = slot.make(new Map<unknown, unknown>());
  for (const [key, entry] of pairsOf(slot, reading)) map.set(key, entry);
  return map;
}

export const writeSet: Write = (value, place, writing) => {
  const members = [...Set.prototype.values.call(value)] as unknown[];
  writing.noteOn(place, 'set');
  return Members.ofList(members);
};

export function readSet(slot: Slot, reading: Reading): Set<unknown> {
  const set = slot.make(new Set<unknown>());
  for (const index of listOf(slot).keys()) set.add(reading.child(slot, index));
  return set;
}

function listOf({ raw }: Slot): Json[] {
  if (Array.isArray(raw)) return raw;
  throw corrupt('a list is missing');
}

function holesOf(array: readonly unknown[]): number[] {
  const isThere = Object.prototype.propertyIsEnumerable;
  return Array.from(array.keys()).filter((index) => !isThere.call(array, index));
}

function isIndex(key: string): boolean {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < 2 ** 32 - 1 && String(index) === key;
}
