import type pg from 'pg';

/** A clock that goes as the one of Postgres does: it is what the journal's times are by. */
export async function databaseClock(db: pg.Client): Promise<() => number> {
  const asked = Date.now();
  const { rows } = await db.query<{ now: number }>(
    'select extract(epoch from clock_timestamp())::float * 1000 as now',
  );
  const skew = rows[0]!.now - (asked + Date.now()) / 2;
  return () => Date.now() + skew;
}
