/**
 * Thrown by a step to say that another attempt cannot help: its retry policy is not consulted.
 *
 * @example throw new NonRetryableError('card declined', { cause: error });
 */
export class NonRetryableError extends Error {
  override readonly name: string = 'NonRetryableError';
  readonly code: string = 'NON_RETRYABLE';
}

/** Whether an error asks not to be retried. Matches by code, so it holds across package copies and after storage. */
export function isNonRetryable(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'NON_RETRYABLE';
}
