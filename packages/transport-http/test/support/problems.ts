import { expect } from 'vitest';
import type { ProblemDetails } from '../../src/index.js';

/** Asserts that an answer is a problem of this code, and gives it. */
export async function expectProblem(
  response: Response,
  status: number,
  code: string,
): Promise<ProblemDetails> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as ProblemDetails;
  expect({ status: response.status, code: problem.code }).toEqual({ status, code });
  expect(problem.status).toBe(status);
  expect(problem.title).not.toBe('Error');
  expect(problem.detail).not.toBe('');
  return problem;
}
