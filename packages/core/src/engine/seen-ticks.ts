import type { NewRun, Tick, TickOutcome } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import type { SeenStarting } from './telemetry.js';
import { traceContextText } from './trace-context.js';

/** Writes ticks, as they are seen by the app's telemetry if that has one. Those that another process is first with are not. */
export async function seenTicks(
  { store, telemetry }: Pick<EngineDeps, 'store' | 'telemetry'>,
  ticks: readonly Tick[],
): Promise<readonly TickOutcome[]> {
  if (!telemetry) return store.schedules.tick(ticks);
  const starting = new Map<string, SeenStarting>();
  const seen = (run: NewRun): NewRun => {
    const { id: runId, workflow, queue, schedule } = run;
    const one = telemetry.starting({ runId, workflow, queue, schedule, forkOf: null });
    starting.set(runId, one);
    return { ...run, traceContext: traceContextText(one.traceContext) };
  };
  const outcomes = await store.schedules.tick(ticks.map((tick) => ({ ...tick, runs: tick.runs.map(seen) })));
  for (const { started } of outcomes) for (const id of started) starting.get(id)?.ended('new');
  return outcomes;
}
