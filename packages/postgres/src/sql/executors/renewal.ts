import type { Renewal } from '@holdfast/core/internal';
import { moment, number } from '../cells.js';
import { inMs } from '../fragments.js';
import type { Schema } from '../names.js';
import type { Row } from '../statement.js';
import { isDead } from './holders.js';

/**
 * The end of a statement that wrote an executor's lease into `mine` and knows all `holders`: its standing. `executor` is
 * the parameter with its id.
 */
export function selectRenewal(s: Schema, executor: string): string {
  const others = `from ${s.executors} x where x.id <> ${executor} and x.stopped_at is null`;
  return `
select (select count(*) from mine)::int as alive, ${inMs('clock_timestamp()')} as now,
  (select count(*) ${others} and x.lease_until > clock_timestamp())::int as peers,
  (select count(*) ${others} and x.lease_until <= clock_timestamp())::int
    + (select count(*) from holders h
       where h.id <> ${executor} and ${isDead(s, 'h.id')})::int as lapsed,
  (select count(*) from (select from ${s.news} n order by n.id limit 1) n)::int as news`;
}

export function decodeRenewal(row: Row): Renewal {
  return {
    isAlive: number(row['alive']) > 0,
    nowMs: moment(row['now']),
    peers: number(row['peers']),
    lapsed: number(row['lapsed']),
    hasNews: number(row['news']) > 0,
  };
}
