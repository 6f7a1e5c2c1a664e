import { attemptSignal, MAIL, type MailOptions, mailHere, ownMail, type SchemaMailOptions } from './mail.js';
import type { MailDefinition } from './mail-calls.js';
import { checkName, checkRunId } from './names.js';
import { defaultRegistry } from './registry.js';
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.js';
import { timeoutOf, type WaitOptions } from './wait-options.js';

/** A value that a run shows to whoever asks. The last one set counts. */
export interface Event<Value, Given = Value> {
  readonly [MAIL]: MailDefinition;
  /**
   * Sets the event of the run that calls it: exactly once in its own code, at least once in a step's body.
   *
   * @throws HoldfastError INVALID_INPUT, UNRECORDABLE_VALUE; WRONG_CONTEXT outside any run.
   */
  set(value: Given): Promise<void>;
  /**
   * The value that a run shows, waiting until it is set for the first time. In a run's own code the answer is recorded.
   * A run that waits for another's event stays in memory.
   *
   * @throws HoldfastError RUN_NOT_FOUND, TIMED_OUT, INVALID_ID, RUN_FINISHED if the run has ended and never set it;
   * outside any run also NOT_LAUNCHED, AMBIGUOUS_APP.
   */
  get(runId: string, options?: WaitOptions): Promise<Value>;
}

/**
 * Defines an event: a value that runs show while they execute, and afterwards.
 *
 * @param name its stable name. Two definitions of one name are the same event.
 * @throws HoldfastError INVALID_NAME.
 * @example const progress = event<number>('progress');
 */
export function event<Value>(name: string, options?: MailOptions): Event<Value>;
export function event<Schema extends StandardSchema>(
  name: string,
  options: SchemaMailOptions<Schema>,
): Event<SchemaOutput<Schema>, SchemaInput<Schema>>;
export function event(
  name: string,
  options: MailOptions & { readonly schema?: StandardSchema } = {},
): Event<unknown> {
  checkName(name, 'name of the event');
  const definition: MailDefinition = { kind: 'event', name, schema: options.schema };
  const registry = options.registry ?? defaultRegistry();
  return {
    [MAIL]: definition,
    async set(value) {
      const { mail, runId, origin } = ownMail(definition, 'set');
      return mail.set({ definition, runId, value, origin });
    },
    async get(runId, { timeout } = {}) {
      checkRunId(runId);
      const timeoutMs = timeoutOf(timeout, `get of event "${name}"`);
      const mail = mailHere(definition, registry);
      return mail.get({ definition, runId, timeoutMs, signal: attemptSignal() });
    },
  };
}
