import type { Fork, ForkOutcome, NewRun, RunRecord } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import type { SeenStarting } from './telemetry.js';
import { readTraceContext, traceContextText } from './trace-context.js';

type Started = Pick<NewRun, 'id' | 'workflow' | 'queue' | 'schedule' | 'traceContext'>;

/**
 * Records a start by `record`, as it is seen by the app's telemetry if that has one: with what travels with the run.
 *
 * @param hasJoined whether an answer says that there was such a run already.
 */
export function seenStart<Run extends Started, Answer>(
  { telemetry }: Pick<EngineDeps, 'telemetry'>,
  run: Run,
  record: (run: Run) => Promise<Answer>,
  hasJoined: (answer: Answer) => boolean,
): Promise<Answer> {
  if (!telemetry) return record(run);
  const { id: runId, workflow, queue, schedule } = run;
  const starting = telemetry.starting({ runId, workflow, queue, schedule, forkOf: null });
  const seen = { ...run, traceContext: traceContextText(starting.traceContext) };
  return tell(starting, record(seen), hasJoined);
}

/** Records a fork of a run, in the same way. */
export function seenFork(
  { store, telemetry }: Pick<EngineDeps, 'store' | 'telemetry'>,
  { id, key, workflow, traceContext }: RunRecord,
  fork: Fork,
): Promise<ForkOutcome> {
  if (!telemetry) return store.repair.fork(fork);
  const forkOf = { runId: id, key, traceContext: readTraceContext(traceContext) };
  const { id: runId, queue } = fork;
  const starting = telemetry.starting({ runId, workflow, queue, schedule: null, forkOf });
  const seen = { ...fork, traceContext: traceContextText(starting.traceContext) };
  return tell(starting, store.repair.fork(seen), (outcome) => outcome !== 'written');
}

function tell<Answer>(
  starting: SeenStarting,
  recorded: Promise<Answer>,
  hasJoined: (answer: Answer) => boolean,
): Promise<Answer> {
  return recorded.then(
    (answer) => {
      starting.ended(hasJoined(answer) ? 'joined' : 'new');
      return answer;
    },
    (error: unknown) => {
      starting.ended('refused', error);
      throw error;
    },
  );
}
