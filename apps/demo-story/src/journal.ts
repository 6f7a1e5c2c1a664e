import type pg from 'pg';

/** A call of a run that has its outcome in the journal. */
export interface RecordedStep {
  readonly seq: number;
  readonly name: string;
  readonly kind: string;
  readonly attempt: number;
  /** In which epoch of the run it was recorded: above 1, by a process that took the run over. */
  readonly epoch: number;
  /** The message of its error, if it failed. */
  readonly error: string | null;
  /** When it was done, in milliseconds of Unix time. */
  readonly at: number;
}

/** A run as its rows in Postgres show it. */
export interface RunRow {
  readonly id: string;
  readonly state: string;
  readonly epoch: number;
  /** The process that holds it, or held it last. */
  readonly pid: number | null;
  readonly endedAt: number | null;
  /** How the checkout ended, by its receipt. */
  readonly outcome: string | null;
  readonly steps: readonly RecordedStep[];
}

const RUNS = `
  select r.id, r.state, r.epoch, e.pid, extract(epoch from r.completed_at)::float * 1000 as "endedAt",
    r.output->>'status' as outcome,
    coalesce(json_agg(json_build_object(
      'seq', s.seq, 'name', s.name, 'kind', s.kind, 'attempt', s.attempt, 'epoch', s.epoch,
      'error', s.error->>'message', 'at', extract(epoch from s.completed_at) * 1000
    ) order by s.ordinal) filter (where s.ordinal is not null), '[]') as steps
  from holdfast.runs r
  left join holdfast.executors e on e.id = r.executor_id
  left join holdfast.steps s on s.run_id = r.id
  where r.id = any($1)
  group by r.id, e.pid
  order by r.id`;

/** Reads runs and their journals: all of it is in tables that anybody may look at. */
export async function readRuns(db: pg.Client, ids: readonly string[]): Promise<readonly RunRow[]> {
  const { rows } = await db.query<RunRow>(RUNS, [ids]);
  return rows;
}

/** Whether a run has ended, in whatever way. */
export function hasEnded({ state }: RunRow): boolean {
  return ['succeeded', 'failed', 'cancelled'].includes(state);
}
