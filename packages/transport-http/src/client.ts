export type { ProblemCode, ProblemDetails } from './problem.js';
