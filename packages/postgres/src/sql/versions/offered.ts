import type { OfferedWorkflow } from '@holdfast/core/internal';
import { number, numberOrNull, text } from '../cells.js';
import { statement } from '../statement.js';

/** A workflow as a live executor has it: in a rolling deploy, as the one that came last has it. */
export const findOffered = statement<[workflow: string, version: string | null], OfferedWorkflow>(
  'find_offered',
  (s) => `
select v.workflow, v.version, v."timeoutMs" as timeout_ms, coalesce(v."isSingleton", false)::int as is_singleton
from ${s.executors} x
cross join lateral json_to_recordset(x.serves->'workflows')
  as v(workflow text, version text, "timeoutMs" float8, "isSingleton" boolean)
where x.stopped_at is null and x.lease_until > clock_timestamp()
  and v.workflow = $1::text and v.version = coalesce($2::text, v.version)
order by x.started_at desc, v.version
limit 1`,
  (row) => {
    const timeoutMs = numberOrNull(row['timeout_ms']);
    return {
      workflow: text(row['workflow']),
      version: text(row['version']),
      ...(timeoutMs !== null && { timeoutMs }),
      ...(number(row['is_singleton']) > 0 && { isSingleton: true }),
    };
  },
);
