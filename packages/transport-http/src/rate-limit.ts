import type { Access, Grant } from './access.js';
import { Problem } from './problem.js';

/** What counts requests: any limiter of the package `rate-limiter-flexible`, in memory, Postgres or Redis, fits as it is. */
export interface Limiter {
  /**
   * Takes a point. Resolves if there was one; rejects with an object that has `msBeforeNext` if there was none, and with an
   * Error if that could not be found out.
   */
  consume(key: string, points?: number): Promise<unknown>;
}

/** How many requests may come from whom. */
export interface RateLimit {
  readonly limiter: Limiter;
  /** Who is counted: an address, a tenant. Those of whom it is `undefined` are not. */
  readonly key: (request: Request, grant: Grant, access: Access) => string | undefined;
}

/** @throws Problem RATE_LIMITED; what the limiter fails with. */
export async function checkRate(
  { limiter, key }: RateLimit,
  request: Request,
  grant: Grant,
  access: Access,
): Promise<void> {
  const who = key(request, grant, access);
  if (who === undefined) return;
  try {
    await limiter.consume(who);
  } catch (refusal) {
    const { msBeforeNext } = Object(refusal) as { readonly msBeforeNext?: unknown };
    if (refusal instanceof Error || typeof msBeforeNext !== 'number') throw refusal;
    const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
    throw new Problem(429, 'RATE_LIMITED', `There were too many requests. Try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
}
