/** A SQLSTATE, or the code of a socket error. Other codes are a library's or the user's own, around the driver's error. */
const STATE = /^[0-9A-Z]{5}$|^E[A-Z]+$|^EAI_[A-Z]+$/;

/** What `pg` says, without a code, when a connection is gone or cannot be had; Knex puts the statement before it. */
const LOST_CONNECTION =
  /(?:^| - )Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Connection ended unexpectedly/;

/** What postgres.js calls the same. */
const LOST_CODE = /^CONNECTION_(?:CLOSED|DESTROYED|ENDED)$|^CONNECT_TIMEOUT$/;

/** SQLSTATE 08006, connection_failure: what a lost connection is reported as when the driver gives no code. */
const CONNECTION_FAILURE = '08006';

/**
 * The SQLSTATE of an error of the `pg` family of drivers, or the code of its socket error, wherever a library on top of
 * the driver, or the user's code, put it in the chain of causes.
 */
export function driverState(error: unknown): string | undefined {
  for (
    let link: unknown = error, depth = 0;
    link instanceof Error && depth < 10;
    link = link.cause, depth++
  ) {
    const { code } = link as { code?: unknown };
    if (typeof code === 'string' && STATE.test(code)) return code;
    if (LOST_CONNECTION.test(link.message)) return CONNECTION_FAILURE;
    if (typeof code === 'string' && LOST_CODE.test(code)) return CONNECTION_FAILURE;
  }
  return undefined;
}
