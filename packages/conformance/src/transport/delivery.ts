/** Something from outside that is to become a run. */
export interface Delivery {
  /** Its identity, too: the same id is the same delivery. */
  readonly id: string;
}

/**
 * A delivery of which no run can be made. `garbled`: nobody can read it, as it is no JSON. `refused`: it can be read, and
 * is not what the workflow accepts.
 */
export type Poison = 'garbled' | 'refused';

/** What a poisonous delivery says. */
export const POISONS: Readonly<Record<Poison, string>> = {
  garbled: '{"id": "half a deliv',
  refused: '{"id": 7}',
};

/** So many deliveries at most may a receiver have in hands: taken in, and not started yet. */
export const MOST_AT_ONCE = 8;
