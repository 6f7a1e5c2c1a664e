import type { Json, Key, Note } from './extra.js';
import type { Place } from './place.js';
import type { Refusal } from './refusal.js';
import type { ClassRegistry } from './registry.js';
import type { Slot } from './slot.js';

/**
 * Puts an object of one kind into JSON: all of it, or an empty list or object and what is to be put into it. It looks
 * at all it needs before it takes a note, so that a refusal, and a proxy that throws, leave nothing behind.
 */
export type Write = (value: object, place: Place, writing: Writing) => Json | Members | Refusal;

/** Makes the value of a slot with a note of one kind. One with values in it makes itself first, then its fields. */
export type Read = (slot: Slot, reading: Reading) => unknown;

/** Fields of `owner` that are to be put into a list or object of JSON, in order and under the same names. */
export class Members {
  constructor(
    readonly into: Json[] | Record<string, Json>,
    readonly owner: object,
    readonly names: readonly Key[],
  ) {}

  /** All of a list, to be put into a list. */
  static ofList(owner: readonly unknown[]): Members {
    return new Members([], owner, [...owner.keys()]);
  }
}

/** A list of two in the JSON that is no list of the user's. Its second member may be an accessor that throws. */
export class Pair {
  readonly 0: unknown;
  readonly #second: () => unknown;

  constructor(first: unknown, second: () => unknown) {
    this[0] = first;
    this.#second = second;
  }

  get 1(): unknown {
    return this.#second();
  }
}

/** What a kind asks of the encoder. */
export interface Writing {
  readonly classes: ClassRegistry;
  /** A note on what stands at `key` of `parent`; on the root without one. */
  note(parent: Place | undefined, key: Key, kind: string, ...args: unknown[]): void;
  noteOn(place: Place, kind: string, ...args: unknown[]): void;
  /** The JSON of what the recipe of `place` made, and the notes on it. Their paths start there. */
  within(place: Place, value: unknown): { readonly json: Json; readonly notes: readonly Note[] };
}

/** What a kind asks of the decoder. */
export interface Reading {
  readonly classes: ClassRegistry;
  /** The value at `key` of a slot. */
  child(slot: Slot, key: Key): unknown;
  /** The value that a `ref` points to. */
  target(slot: Slot): unknown;
  /** The value of what a recipe made. */
  within(json: Json, notes: unknown): unknown;
}
