import { type Observation, queueLoadConformance } from '@holdfast/conformance';
import type pg from 'pg';
import { schemaNamed } from '../src/sql/names.js';
import { decodeLimits, LIMIT_COLUMNS } from '../src/sql/queues/limits.js';
import { postgresHome } from './support/homes.js';
import { openClient } from './support/sessions.js';

queueLoadConformance('postgres', async () => {
  const home = await postgresHome();
  const observer = await openClient(home.url);
  return {
    home: {
      ...home,
      dispose: async () => {
        await observer.end();
        await home.dispose();
      },
    },
    observe: (queue) => observe(observer, home.schema, queue),
  };
});

/** One statement in a session of its own: all as of one moment, whatever is under way. */
async function observe(observer: pg.Client, schema: string, queue: string): Promise<Observation> {
  const s = schemaNamed(schema);
  const { rows } = await observer.query(
    `select ${LIMIT_COLUMNS.replace('partition_weights', 'partition_weights::text').replace('parked_hold_slots', 'parked_hold_slots::int')},
       (select coalesce(json_agg(json_build_object('key', coalesce(r.partition_key, ''), 'heldBy', r.held_by)), '[]')
        from ${s.runs} r where r.queue = q.name and (r.holds_slot or r.state = 'running')) as holders,
       (select coalesce(json_agg(json_build_object('id', r.id, 'key', coalesce(r.partition_key, ''),
          'atMs', extract(epoch from r.started_at) * 1000)), '[]')
        from ${s.runs} r where r.queue = q.name and r.started_at is not null) as starts
     from ${s.queues} q where q.name = $1`,
    [queue],
  );
  const { holders, starts, ...limits } = rows[0]!;
  return { limits: decodeLimits(limits), inHands: holders.length, holders, starts };
}
