import { nothing, statement } from '../statement.js';

/** Lets one migration of a schema run at a time. Held until the transaction ends. */
export const lockMigrations = statement<[schema: string], undefined>(
  'lock_migrations',
  () =>
    `select pg_advisory_xact_lock(hashtextextended('holdfast migrations of ' || $1::text, 0))::text as locked`,
  nothing,
);
