import { checkName, type DebounceCall, type WorkflowDefinition } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import { type Duration, durationMs } from '../time/index.js';
import type { StartOptions } from './options.js';
import { startCall } from './start-call.js';

/** Options of a debounce. */
export interface DebounceOptions
  extends Omit<StartOptions, 'delay' | 'deduplicationKey' | 'onDuplicate' | 'detached'> {
  /** How long the run waits for another call. Each call puts it off by this, counted from itself. */
  readonly wait: Duration;
  /** How long after the first call the run is due, however many follow. At least `wait`. Default: no limit. */
  readonly max?: Duration;
}

/** What makes no sense in a debounce: it has a key and a delay of its own, and its run has no parent. */
const REFUSED = ['delay', 'deduplicationKey', 'onDuplicate', 'detached'] as const;

/**
 * A debounce as the engine takes it.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_NAME, INVALID_DURATION.
 */
export function debounceCall(
  workflow: WorkflowDefinition,
  key: string,
  args: readonly unknown[],
  options: DebounceOptions,
): DebounceCall {
  const what = `debounce of "${workflow.name}"`;
  const given = Object(options) as Partial<DebounceOptions & StartOptions>;
  const refused = REFUSED.find((option) => (given as Record<string, unknown>)[option] !== undefined);
  if (refused)
    throw invalid(`The ${what} takes no ${refused}: it has a key and a wait of its own. Leave it out.`);
  if (workflow.isSingleton)
    throw invalid(
      `The ${what} is refused: a singleton's runs have a deduplication key already. Start it instead.`,
    );
  if (given.wait === undefined) throw invalid(`The ${what} must say how long to wait: { wait: '5s' }.`);
  const { wait, max, ...rest } = options;
  const delayMs = durationMs(wait, `wait of the ${what}`);
  const maxMs = max === undefined ? null : durationMs(max, `max of the ${what}`);
  if (maxMs !== null && maxMs < delayMs)
    throw invalid(`max of the ${what} is shorter than its wait. Make it longer, or leave it out.`);
  const call = startCall(workflow, args, rest);
  const deduplicationKey = checkName(key, `key of the ${what}`);
  const terms = { ...call.terms, deduplicationKey, deduplicationScope: 'debounce' as const };
  return { ...call, delayMs, maxMs, terms };
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('INVALID_OPTION', message);
}
