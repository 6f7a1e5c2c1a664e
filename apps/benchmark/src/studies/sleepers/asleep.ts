import type { ClientBase } from 'pg';

/** Runs that sleep, as SQL. */
interface Sleepers {
  readonly count: number;
  /** When the first one is due, in milliseconds from now, and how long after each the next one. */
  readonly firstMs: number;
  readonly apartMs: number;
}

/** Makes the rows that runs leave when they are parked in a sleep: the sleep itself is in no journal until it is over. */
export async function fallAsleep(client: ClientBase, { count, firstMs, apartMs }: Sleepers): Promise<void> {
  await client.query(
    `insert into holdfast.runs (id, key, workflow, version, state, epoch, wake_at, input, created_at, started_at)
     select gen_random_uuid(), gen_random_uuid(), 'sleeper', '1', 'waiting', 1, at.began + at.ms * interval '1 ms',
       json_build_array(at.ms, extract(epoch from at.began) * 1000 + at.ms), at.began, at.began
     from (
       select date_trunc('milliseconds', statement_timestamp()) as began, $2::float8 + n * $3::float8 as ms
       from generate_series(0, $1::int - 1) n
     ) at`,
    [count, firstMs, apartMs],
  );
}
