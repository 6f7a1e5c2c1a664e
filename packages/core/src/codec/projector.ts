import { isHoldfastError } from '../errors/index.js';
import { type Json, type Key, type Note, put } from './extra.js';
import { Members, Pair, type Writing } from './kind.js';
import { writerOf } from './kinds.js';
import { type Place, pathTo, placeIn, type Tally } from './place.js';
import { MAX_DEPTH } from './plain.js';
import { CYCLE_IN_RECIPE, describe, Refusal, TOO_DEEP, throwing, unrecordable } from './refusal.js';
import type { ClassRegistry } from './registry.js';
import { writeNumber, writeString } from './scalars.js';

/**
 * A shared object is written out at each of its places until the copies reach about this many characters; from then on
 * as null. Sharing nests, so copies can grow exponentially.
 */
const MAX_COPIED = 1_000_000;

/** An object some of whose fields are still to be put into its JSON. */
interface Frame {
  readonly place: Place;
  readonly members: Members;
  /** How many of them have been put. */
  done: number;
  /** The tally from before the object. */
  readonly before: Readonly<Tally>;
}

/** The projector and the place of the recipe that made what another projector encodes. */
interface Around {
  readonly projector: Projector;
  readonly place: Place;
}

/** Encodes one value with care: makes its JSON, and takes the notes. */
export class Projector implements Writing {
  readonly notes: Note[] = [];
  readonly classes: ClassRegistry;
  readonly #what: string;
  readonly #around: Around | undefined;
  readonly #places = new Map<object, Place>();
  readonly #tally: Tally;
  // A stack of our own: how deep a value may be must not depend on how deep the caller is.
  readonly #frames: Frame[] = [];

  constructor(what: string, classes: ClassRegistry, around?: Around) {
    this.classes = classes;
    this.#what = what;
    this.#around = around;
    this.#tally = around ? around.projector.#tally : { weight: 0, copied: 0, deepest: 0 };
  }

  /**
   * The JSON of a value. To be called once.
   *
   * @throws HoldfastError UNRECORDABLE_VALUE
   */
  project(value: unknown): Json {
    const json = this.#value(value, undefined, '');
    for (let frame = this.#frames.at(-1); frame; frame = this.#frames.at(-1)) {
      const { place, members } = frame;
      const name = members.names[frame.done++];
      if (name === undefined) {
        this.#frames.pop();
        this.#close(place, members.into, frame.before);
      } else put(members.into as Record<Key, Json>, name, this.#field(members.owner, name, place));
    }
    return json;
  }

  note(parent: Place | undefined, key: Key, kind: string, ...args: unknown[]): void {
    this.notes.push([pathTo(parent, key), kind, ...args]);
  }

  noteOn(place: Place, kind: string, ...args: unknown[]): void {
    this.note(place.parent, place.key, kind, ...args);
  }

  within(place: Place, value: unknown): { readonly json: Json; readonly notes: readonly Note[] } {
    const inner = new Projector(this.#what, this.classes, { projector: this, place });
    return { json: inner.project(value), notes: inner.notes };
  }

  /**
   * Gives up what stands at `key` of `parent`. Inside an error it becomes undefined.
   *
   * @throws HoldfastError UNRECORDABLE_VALUE elsewhere.
   */
  #giveUp(parent: Place | undefined, key: Key, refusal: Refusal): Json {
    const above = parent ?? this.#around?.place;
    if (!above?.lenient) throw unrecordable(this.#what, this.#wholePath(parent, key), refusal);
    this.note(parent, key, 'undefined');
    return null;
  }

  #field(owner: object, name: Key, place: Place): Json {
    let value: unknown;
    try {
      value = (owner as Record<Key, unknown>)[name];
    } catch (cause) {
      return this.#giveUp(place, name, throwing('accessor that throws', cause));
    }
    return this.#value(value, place, name);
  }

  /** The JSON of a value, empty yet if it has fields. */
  #value(value: unknown, parent: Place | undefined, key: Key): Json {
    switch (typeof value) {
      case 'string':
        this.#tally.weight += value.length;
        return writeString(value, parent, key, this);
      case 'number':
        return writeNumber(value, parent, key, this);
      case 'boolean':
        return value;
      case 'undefined':
        this.note(parent, key, 'undefined');
        return null;
      case 'bigint':
        this.note(parent, key, 'bigint');
        return value.toString();
      case 'object':
        return value === null ? null : this.#object(value, parent, key);
      default:
        return this.#giveUp(parent, key, describe(value));
    }
  }

  #object(value: object, parent: Place | undefined, key: Key): Json {
    const met = this.#places.get(value);
    if (met) return this.#again(met, parent, key);
    const place = placeIn(parent, key, this.#around?.place);
    if (place.depth > MAX_DEPTH) return this.#giveUp(parent, key, TOO_DEEP);
    if (this.#isBeingMade(value)) return this.#giveUp(parent, key, CYCLE_IN_RECIPE);
    const before = { ...this.#tally };
    this.#tally.weight += 8;
    this.#tally.deepest = place.depth;
    const written = this.#write(value, place);
    if (written instanceof Refusal) {
      this.#places.delete(value); // nothing of it was written, so a second meeting has nothing to refer to
      return this.#close(place, this.#giveUp(parent, key, written), before);
    }
    if (!(written instanceof Members)) return this.#close(place, written, before);
    this.#frames.push({ place, members: written, done: 0, before });
    return written.into;
  }

  #write(value: object, place: Place): Json | Members | Refusal {
    try {
      if (value instanceof Pair) return new Members([], value, [0, 1]);
      const write = writerOf(value, this.classes);
      if (!write) return describe(value);
      this.#places.set(value, place);
      return write(value, place, this);
    } catch (error) {
      // An overflow of the stack may have left half the notes on something, so it is never passed over.
      if (isHoldfastError(error, 'UNRECORDABLE_VALUE') || error instanceof RangeError) throw error;
      return throwing('object that cannot be looked into', error);
    }
  }

  #close(place: Place, json: Json, before: Readonly<Tally>): Json {
    if (typeof json === 'string') this.#tally.weight += json.length;
    place.json = json;
    place.weight = this.#tally.weight - before.weight;
    place.height = this.#tally.deepest - place.depth;
    this.#tally.deepest = Math.max(before.deepest, this.#tally.deepest);
    return json;
  }

  #again(met: Place, parent: Place | undefined, key: Key): Json {
    this.note(parent, key, 'ref', pathTo(met.parent, met.key));
    const { json, weight, height } = met;
    const bottom = placeIn(parent, key, this.#around?.place).depth + height;
    const isAncestor = json === undefined;
    if (isAncestor || bottom > MAX_DEPTH || this.#tally.copied + weight > MAX_COPIED) return null;
    this.#tally.copied += weight;
    this.#tally.weight += weight;
    this.#tally.deepest = Math.max(this.#tally.deepest, bottom);
    return json;
  }

  /** Whether a value is an ancestor beyond the recipe this projector works for. No path leads there. */
  #isBeingMade(value: object): boolean {
    for (let outer = this.#around?.projector; outer; outer = outer.#around?.projector) {
      const place = outer.#places.get(value);
      if (place && place.json === undefined) return true;
    }
    return false;
  }

  #wholePath(parent: Place | undefined, key: Key): Key[] {
    const path = pathTo(parent, key);
    const { projector, place } = this.#around ?? {};
    return projector && place ? [...projector.#wholePath(place.parent, place.key), ...path] : path;
  }
}
