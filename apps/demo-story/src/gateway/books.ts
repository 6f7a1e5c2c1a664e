import { randomUUID } from 'node:crypto';

/** Money taken from a card. */
export interface Charge {
  readonly id: string;
  readonly order: string;
  /** In cents. */
  readonly amount: number;
}

/** A charge given back, whole. */
export interface Refund {
  readonly id: string;
  readonly charge: string;
}

/** What a gateway was asked for under one idempotency key, and what it did, once. */
export interface Entry {
  readonly key: string;
  readonly kind: 'charge' | 'refund';
  readonly order: string;
  readonly done: Charge | Refund;
  /** How often it was asked; each time after the first it only repeated its answer. */
  calls: number;
}

/** The books of a payment gateway: what it does under one idempotency key, it does once. */
export class Books {
  readonly #byKey = new Map<string, Entry>();

  get entries(): readonly Entry[] {
    return [...this.#byKey.values()];
  }

  knows(key: string): boolean {
    return this.#byKey.has(key);
  }

  charge(key: string, order: string, amount: number): Charge {
    return this.#once<Charge>(key, 'charge', order, () => ({ id: newId('ch'), order, amount }));
  }

  /** Undefined if there is no such charge. */
  refund(key: string, charge: string): Refund | undefined {
    const paid = this.entries.find(({ done }) => done.id === charge);
    return paid && this.#once<Refund>(key, 'refund', paid.order, () => ({ id: newId('re'), charge }));
  }

  #once<Done extends Charge | Refund>(
    key: string,
    kind: Entry['kind'],
    order: string,
    act: () => Done,
  ): Done {
    const entry = this.#byKey.get(key) ?? { key, kind, order, done: act(), calls: 0 };
    entry.calls += 1;
    this.#byKey.set(key, entry);
    return entry.done as Done;
  }
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().slice(0, 8)}`;
}
