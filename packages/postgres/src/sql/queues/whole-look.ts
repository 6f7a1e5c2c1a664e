/** Looks at whole lines take up a hundredth of the time (an entry takes some 0.4 µs), but are never further apart than that. */
const WHOLE_LOOK_MS = { perEntry: 0.04, most: 10_000 };

/** Whether the whole line is to be looked at, whatever the hint says: it is time, or those not waited for have ended. */
export function isWholeLookDue(hint: string): string {
  return `coalesce(extract(epoch from clock_timestamp()) * 1000 > (${hint} ->> 'at')::float8
    + least((${hint} ->> 'passed')::float8 * ${WHOLE_LOOK_MS.perEntry}, ${WHOLE_LOOK_MS.most}), true)
    or coalesce((${hint} ->> 'l')::xid8 <= pg_snapshot_xmin(pg_current_snapshot()), false)`;
}
