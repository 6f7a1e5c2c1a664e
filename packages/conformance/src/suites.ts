import { describe, expect, it } from 'vitest';

/** Defines a test: a sentence about behaviour, and what shows it. */
export type DefineTest<Bench> = (behaviour: string, show: (bench: Bench) => Promise<void>) => void;

/** The tests on one subject. */
export interface Subject<Bench> {
  readonly name: string;
  define(test: DefineTest<Bench>): void;
}

/** What each test of a suite is given: made before it, and cleared away after it. */
export type WithBench<Bench> = (show: (bench: Bench) => Promise<void>) => Promise<void>;

/** Turns subjects into suites. What is skipped says why in its title. */
export class Suites<Bench, One extends Subject<Bench> = Subject<Bench>> {
  readonly #withBench: (subject: One) => WithBench<Bench>;
  readonly #skips: ReadonlyMap<string, string>;
  readonly #met = new Set<string>();

  /**
   * @param withBench called once per subject, inside its suite.
   * @param skips what is not asked: the reason, by the name of a subject or of a test.
   */
  constructor(withBench: (subject: One) => WithBench<Bench>, skips: Readonly<Record<string, string>>) {
    this.#withBench = withBench;
    this.#skips = new Map(Object.entries(skips));
  }

  add(subject: One): void {
    const [suite, title] = this.#isSkipped(subject.name)
      ? [describe.skip, this.#title(subject.name)]
      : [describe, subject.name];
    suite(title, () => {
      const withBench = this.#withBench(subject);
      subject.define((behaviour, show) => {
        if (this.#isSkipped(behaviour)) it.skip(this.#title(behaviour), () => {});
        else it(behaviour, () => withBench(show));
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
}
