import { corrupt, isPath, type Json, type Key, type Note, type Path } from './extra.js';

/** A place in the JSON being decoded that a note concerns, or that leads to one. */
export class Slot {
  kind: string | undefined;
  args: readonly unknown[] = [];
  /** The value that stands here. Set before its fields are, so that a cycle finds it. */
  value: unknown;
  isMade = false;
  readonly below = new Map<Key, Slot>();

  constructor(readonly raw: Json) {}

  /** The slot at `key`, made if need be. */
  at(key: Key): Slot {
    const found = this.below.get(key);
    if (found) return found;
    const slot = new Slot(child(this.raw, key));
    this.below.set(key, slot);
    return slot;
  }

  follow(path: Path): Slot {
    return path.reduce<Slot>((slot, key) => slot.at(key), this);
  }

  /** Settles what stands here. */
  make<T>(value: T): T {
    this.value = value;
    this.isMade = true;
    return value;
  }
}

/** The slots of a JSON text's root and of all that the notes concern. */
export function slotsOf(json: Json, notes: readonly Note[]): Slot {
  const root = new Slot(json);
  for (const [path, kind, ...args] of notes) {
    const slot = root.follow(path);
    if (slot.kind !== undefined) throw corrupt('a place in it has two notes');
    slot.kind = kind;
    slot.args = args;
  }
  // While decoding fills it, the JSON is no more what paths are about, so the ends of references are looked up before.
  for (const [, kind, target] of notes) if (kind === 'ref' && isPath(target)) root.follow(target);
  return root;
}

function child(raw: Json, key: Key): Json {
  const isContainer =
    typeof raw === 'object' && raw !== null && typeof key === (Array.isArray(raw) ? 'number' : 'string');
  if (!isContainer || !Object.hasOwn(raw, key)) throw corrupt(`a path leads to "${key}", where nothing is`);
  return (raw as Record<Key, Json>)[key]!;
}
