/** What `pg` and Node say, without a code, when a connection is gone or cannot be had. */
const LOST_CONNECTION =
  /^Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Connection ended unexpectedly/;

/** SQLSTATE 08006, connection_failure: what a lost connection is reported as when the driver gives no code. */
const CONNECTION_FAILURE = '08006';

/**
 * The SQLSTATE of an error of the `pg` family of drivers, or the code of its socket error, wherever a library on top of
 * the driver put it in the chain of causes.
 */
export function driverState(error: unknown): string | undefined {
  for (
    let link: unknown = error, depth = 0;
    link instanceof Error && depth < 10;
    link = link.cause, depth++
  ) {
    const { code } = link as { code?: unknown };
    if (typeof code === 'string') return code;
    if (LOST_CONNECTION.test(link.message)) return CONNECTION_FAILURE;
  }
  return undefined;
}
