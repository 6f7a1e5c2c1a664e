import { createRegistry } from '@holdfast/core';

/**
 * Where the jobs are kept. Each evaluation of this module has one of its own, so that a module of jobs may be evaluated
 * as often as Next.js likes: in the registry of the process a second definition of one name is refused.
 */
export const registry = createRegistry();
