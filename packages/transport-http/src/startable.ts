import type { StartOptions, Workflow } from '@holdfast/core/internal';
import type { Grant } from './access.js';

/** How runs of a workflow are started over HTTP. */
export interface StartableOptions<Args extends readonly unknown[] = readonly unknown[]> {
  /** The arguments that a body stands for. Default: the body is the one argument, and no body is none. */
  readonly args?: (body: never) => Args;
  /** How its runs are started: their queue, priority, tags. The id is that of the idempotency key if there is one. */
  readonly start?: StartOptions | ((request: Request, grant: Grant) => StartOptions);
  /** Whether a request without an `Idempotency-Key` is refused. Default false. */
  readonly needsKey?: boolean;
}

/** A workflow with how its runs are started. */
export interface Startable extends StartableOptions {
  readonly workflow: Workflow<never, unknown>;
}

/**
 * A workflow that can be started over HTTP otherwise than by default.
 *
 * @example
 * workflows: { import: startable(importShop, { args: (body: { shop: string }) => [body.shop, 'http'], start: { queue } }) }
 */
export function startable<
  Args extends readonly unknown[],
  Result,
  const Options extends StartableOptions<Args>,
>(
  workflow: Workflow<Args, Result>,
  options: Options,
): Options & { readonly workflow: Workflow<Args, Result> } {
  return { ...options, workflow };
}
