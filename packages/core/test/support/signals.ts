import { vi } from 'vitest';

/** A promise that a test settles when it likes. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
}

export function gate<T = void>(): Gate<T> {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const opened = new Promise<T>((resolve, reject) => {
    [open, fail] = [resolve, reject];
  });
  return { opened, open, fail };
}

/** What the body of a step is that has not come back when its process dies. */
export function forever(): Promise<never> {
  return new Promise(() => {});
}

/** Waits until something holds: until `check` neither throws nor gives false. */
export function eventually(check: () => unknown): Promise<void> {
  return vi.waitFor(
    async () => {
      if ((await check()) === false) throw new Error(`still not: ${check}`);
    },
    { interval: 2, timeout: 10_000 },
  );
}

/** Lets everything happen that can happen now: for claims that nothing more does. */
export async function settled(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** How a promise came out; never rejects. */
export async function outcomeOf<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([promise]);
  return outcome;
}

/** The error a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await outcomeOf(promise);
  if (outcome.status === 'rejected') return outcome.reason as Error & Record<string, unknown>;
  throw new Error(`it did not reject, but gave ${JSON.stringify(outcome.value)}`);
}
