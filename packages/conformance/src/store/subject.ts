import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench, type StoreHome } from './bench.js';

/** Defines a test: a sentence about behaviour, and what shows it. */
export type DefineTest = (behaviour: string, show: (bench: Bench) => Promise<void>) => void;

/** The tests on one subject. */
export interface Subject {
  readonly name: string;
  /** Whether each test gets a store of its own, and not one of the subject. */
  readonly isApart: boolean;
  define(test: DefineTest): void;
}

/** Tests that share a store: each has runs of its own. */
export function subject(name: string, define: Subject['define']): Subject {
  return { name, isApart: false, define };
}

/** Tests of what concerns a store as a whole. */
export function subjectApart(name: string, define: Subject['define']): Subject {
  return { name, isApart: true, define };
}

/** Turns subjects into suites. What is skipped says why in its title. */
export class Suites {
  readonly #makeStore: () => Promise<StoreHome>;
  readonly #skips: ReadonlyMap<string, string>;
  readonly #met = new Set<string>();

  constructor(makeStore: () => Promise<StoreHome>, skips: Readonly<Record<string, string>>) {
    this.#makeStore = makeStore;
    this.#skips = new Map(Object.entries(skips));
  }

  add(subject: Subject): void {
    const [suite, title] = this.#isSkipped(subject.name)
      ? [describe.skip, this.#title(subject.name)]
      : [describe, subject.name];
    suite(title, () => {
      const bench = this.#benches(subject.isApart);
      subject.define((behaviour, show) => {
        if (this.#isSkipped(behaviour)) it.skip(this.#title(behaviour), () => {});
        else it(behaviour, () => show(bench()));
      });
    });
  }

  /** Adds a test that fails for a skip that skips nothing: what it named has another name now, or is gone. */
  checkSkips(): void {
    it('is excused from nothing that is not asked of it', () => {
      expect([...this.#skips.keys()].filter((name) => !this.#met.has(name))).toEqual([]);
    });
  }

  #isSkipped(name: string): boolean {
    this.#met.add(name);
    return this.#skips.has(name);
  }

  #title(name: string): string {
    return `${name} (skipped: ${this.#skips.get(name)})`;
  }

  #benches(isApart: boolean): () => Bench {
    let home: StoreHome | undefined;
    const set = async (): Promise<void> => {
      home = await this.#makeStore();
    };
    const clear = async (): Promise<void> => {
      await home?.dispose();
      home = undefined;
    };
    if (isApart) {
      beforeEach(set);
      afterEach(clear);
    } else {
      beforeAll(set);
      afterAll(clear);
    }
    return () => new Bench(home!);
  }
}
