import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/core/internal';
import { driverState } from './driver-state.js';
import { isTransientPostgres } from './transient.js';

/** Where a connection was to go. */
export interface Target {
  /** Host, port and database. */
  readonly where: string;
  readonly user: string | undefined;
}

/**
 * What to tell someone whose store does not open: what happened, where, and what to do. The original error is the
 * cause. No message holds a password, as neither the server nor the driver repeats it.
 */
export function openingError(error: unknown, target: Target): unknown {
  if (isHoldfastError(error) || !(error instanceof Error)) return error;
  const verdict = verdictOn(error, target);
  if (verdict === undefined) return error;
  return new HoldfastError(verdict.code, verdict.message, {
    cause: error,
    details: { where: target.where, user: target.user, state: driverState(error) },
  });
}

interface Verdict {
  readonly code: ErrorCode;
  readonly message: string;
}

function verdictOn(error: Error, target: Target): Verdict | undefined {
  const state = driverState(error) ?? '';
  return byState(state, error, target) ?? byText(error, target) ?? ifTransient(error, target);
}

function byState(state: string, error: Error, { where, user }: Target): Verdict | undefined {
  switch (state) {
    case '28P01':
    case '28000':
      return refused(
        `Postgres at ${where} does not let user "${user}" in: ${error.message}. Check the user, the password, and what pg_hba.conf asks for.`,
      );
    case '3D000':
      return refused(
        `Postgres at ${where} has no such database: ${error.message}. Create it, or name another in the connection string.`,
      );
    case '42501':
      return refused(
        `User "${user}" lacks a right at ${where}: ${error.message}. An app needs what \`holdfast-postgres grants --role ${user}\` ` +
          'prints. To migrate takes more: let someone who may apply what migrationSql() prints.',
      );
    case '25006':
      return refused(
        `Postgres at ${where} takes no writes: it is a replica, or its default is read-only. Connect to the primary server.`,
      );
    case '53300':
      return unavailable(
        `Postgres at ${where} has no connection left: ${error.message}. Close some, or raise max_connections.`,
      );
    case '57P03':
      return unavailable(`Postgres at ${where} is starting up or shutting down. Try again in a moment.`);
    default:
      return undefined;
  }
}

/** What `pg` and Node report without a SQLSTATE. */
function byText(error: Error, { where, user }: Target): Verdict | undefined {
  const { message } = error;
  if (/^SASL|password must be a string/.test(message)) {
    return refused(
      `Postgres at ${where} wants a password of user "${user}", and there is none, or it is wrong. Put it into the connection string or into PGPASSWORD.`,
    );
  }
  if (/does not support SSL/.test(message)) {
    return refused(
      `Postgres at ${where} does not speak TLS, and the connection asks for it. Leave out sslmode and ssl, or turn TLS on at the server.`,
    );
  }
  if (/certificate|self-signed|CERT_/i.test(`${message} ${(error as { code?: unknown }).code}`)) {
    return refused(
      `The certificate of Postgres at ${where} is not trusted: ${message}. Give the authority that signed it, in the option ssl.ca or as sslrootcert.`,
    );
  }
  return undefined;
}

function ifTransient(error: Error, { where }: Target): Verdict | undefined {
  if (!isTransientPostgres(error)) return undefined;
  const reason = error.message || driverState(error) || firstReason(error);
  return unavailable(
    `Postgres at ${where} cannot be reached: ${reason}. Check that it runs, and that host and port are right.`,
  );
}

function firstReason(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first.message : error.name;
}

function refused(message: string): Verdict {
  return { code: 'STORE_REFUSED', message };
}

function unavailable(message: string): Verdict {
  return { code: 'STORE_UNAVAILABLE', message };
}
