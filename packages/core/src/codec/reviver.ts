import { corrupt, isPath, type Json, type Key, type Note, parseNotes, put } from './extra.js';
import type { Reading } from './kind.js';
import { READERS } from './kinds.js';
import type { ClassRegistry } from './registry.js';
import { type Slot, slotsOf } from './slot.js';

/** Decodes one value: visits the slots of its JSON, and uses the rest as it is. */
export class Reviver implements Reading {
  readonly classes: ClassRegistry;
  readonly #root: Slot;

  constructor(classes: ClassRegistry, root: Slot) {
    this.classes = classes;
    this.#root = root;
  }

  value(): unknown {
    return this.#valueOf(this.#root);
  }

  child(slot: Slot, key: Key): unknown {
    const below = slot.below.get(key);
    return below ? this.#valueOf(below) : (slot.raw as Record<Key, Json>)[key];
  }

  target({ args: [path] }: Slot): unknown {
    if (!isPath(path)) throw corrupt('a reference has no path');
    return this.#valueOf(this.#root.follow(path));
  }

  within(json: Json, notes: unknown): unknown {
    return new Reviver(this.classes, slotsOf(json, parseNotes(notes))).value();
  }

  #valueOf(slot: Slot): unknown {
    if (slot.isMade) return slot.value;
    if (slot.kind === undefined) return this.#fill(slot);
    const read = READERS.get(slot.kind);
    if (!read) throw corrupt(`it has a note of the unknown kind "${slot.kind}"`);
    const value = read(slot, this);
    return slot.isMade ? value : slot.make(value);
  }

  /** A list or object of JSON's own becomes the value itself. */
  #fill(slot: Slot): Json {
    const fields = slot.make(slot.raw) as Record<Key, unknown>;
    for (const [key, below] of slot.below) put(fields, key, this.#valueOf(below));
    return slot.raw;
  }
}

/** The value of a JSON part and the notes on it. Takes the JSON over. */
export function revive(json: Json, notes: readonly Note[], classes: ClassRegistry): unknown {
  return new Reviver(classes, slotsOf(json, notes)).value();
}
