import { type HoldfastError, isHoldfastError, type Logger } from '@holdfast/core/internal';
import { COME_AGAIN, Problem, type ProblemDetails } from './problem.js';

/**
 * What a caller may know of an error. Of one that says something of the caller's own request, all; of any other no more
 * than that there was one: it goes to the logger.
 */
export function problemOf(error: unknown, logger: Logger): Problem {
  if (error instanceof Problem) return error;
  if (isHoldfastError(error)) {
    const problem = knownProblem(error);
    if (problem) {
      if (problem.status === 503) logger.warn({ error }, 'a request could not be served for now');
      return problem;
    }
  }
  logger.error({ error }, 'a request failed');
  return new Problem(
    500,
    'INTERNAL',
    'Something went wrong here. It was noted; the request may be sent again.',
  );
}

function knownProblem(error: HoldfastError): Problem | undefined {
  switch (error.code) {
    case 'INVALID_INPUT':
      return new Problem(422, error.code, error.message, { issues: issuesOf(error) });
    case 'INVALID_ID':
      return new Problem(400, error.code, error.message);
    case 'RUN_NOT_FOUND':
      return runNotFound();
    case 'RUN_FINISHED':
      return new Problem(409, error.code, error.message);
    case 'DUPLICATE_RUN':
      return new Problem(
        409,
        error.code,
        'A run that has not ended stands in the way of this one. Try again when it has.',
      );
    case 'NOT_LAUNCHED':
    case 'SHUT_DOWN':
    case 'STORE_CLOSED':
    case 'STORE_UNAVAILABLE':
      return new Problem(503, error.code, 'This server takes no requests at the moment.', COME_AGAIN);
    default:
      return undefined;
  }
}

function issuesOf({ details }: HoldfastError): NonNullable<ProblemDetails['issues']> {
  return (details['issues'] ?? []) as NonNullable<ProblemDetails['issues']>;
}

/** There is no such run, or none that the caller may know of. */
export function runNotFound(): Problem {
  return new Problem(404, 'RUN_NOT_FOUND', 'There is no such run.');
}
