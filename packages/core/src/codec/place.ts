import type { Json, Key } from './extra.js';

/** Where an object of the value being encoded stands, and what became of it. A list linked upwards, so it is cheap. */
export interface Place {
  /** The object around it; undefined for the root. */
  readonly parent: Place | undefined;
  readonly key: Key;
  readonly depth: number;
  /** Whether what cannot be recorded is left out of it: it is an error, or inside one. */
  lenient: boolean;
  /** Its JSON once it is complete; until then it is an ancestor of whatever is being encoded. */
  json: Json | undefined;
  /** Roughly the characters its JSON takes, and the levels below it. Known once it is complete. */
  weight: number;
  height: number;
}

/** What has been written so far, by a projector and those around and within it. */
export interface Tally {
  weight: number;
  /** The part of the weight that is copies of shared objects. */
  copied: number;
  /** The deepest level reached within the object under way. */
  deepest: number;
}

/** @param around the place of the recipe whose outcome is being encoded, if that is what has no `parent`. */
export function placeIn(parent: Place | undefined, key: Key, around?: Place): Place {
  const above = parent ?? around;
  const depth = (above?.depth ?? 0) + 1;
  return { parent, key, depth, lenient: above?.lenient ?? false, json: undefined, weight: 0, height: 0 };
}

/** The keys from the root to `key` within `parent`. */
export function pathTo(parent: Place | undefined, key: Key): Key[] {
  const path: Key[] = [];
  let here = parent;
  for (let step = key; here; here = here.parent) {
    path.push(step);
    step = here.key;
  }
  return path.reverse();
}
