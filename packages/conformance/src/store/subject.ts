import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Subject as AnySubject, Suites, type WithBench } from '../suites.js';
import { Bench, type StoreHome } from './bench.js';

/** The tests on one subject. */
export interface Subject extends AnySubject<Bench> {
  /** Whether each test gets a store of its own, and not one of the subject. */
  readonly isApart: boolean;
}

/** Tests that share a store: each has runs of its own. */
export function subject(name: string, define: Subject['define']): Subject {
  return { name, isApart: false, define };
}

/** Tests of what concerns a store as a whole. */
export function subjectApart(name: string, define: Subject['define']): Subject {
  return { name, isApart: true, define };
}

/** The suites of stores, each with a store of its own or, for some, with one for each test. */
export function storeSuites(
  makeStore: () => Promise<StoreHome>,
  skips: Readonly<Record<string, string>>,
): Suites<Bench, Subject> {
  return new Suites(({ isApart }) => benches(makeStore, isApart), skips);
}

function benches(makeStore: () => Promise<StoreHome>, isApart: boolean): WithBench<Bench> {
  let home: StoreHome | undefined;
  const set = async (): Promise<void> => {
    home = await makeStore();
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
  return (show) => show(new Bench(home!));
}
