import { HoldfastError } from '@holdfast/core/adapter';

/** The embedded Postgres could not do what was asked of it. `message` is a whole sentence, and says what to do. */
export function failed(message: string, details: Record<string, unknown>, cause?: unknown): HoldfastError {
  return new HoldfastError('EMBEDDED_POSTGRES_FAILED', `The embedded Postgres failed: ${message}`, {
    details,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The code of a system error ('ENOENT') or of a database error ('57P03'), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** One of its programs could not be started at all. */
export function cannotRun(command: string, error: Error): Error {
  const isForeign = codeOf(error) === 'ENOENT' && process.platform === 'linux';
  const hint = isForeign
    ? ' These binaries need glibc, so they do not run on Alpine; set DATABASE_URL there.'
    : '';
  return failed(`${command} cannot be run (${error.message}).${hint}`, { command }, error);
}
