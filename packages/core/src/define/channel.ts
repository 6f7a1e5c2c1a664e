import { MAIL, type MailOptions, mailHere, receivingMail, type SchemaMailOptions } from './mail.js';
import type { MailDefinition } from './mail-calls.js';
import { checkMessageKey, checkName, checkRunId } from './names.js';
import { defaultRegistry } from './registry.js';
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.js';
import { timeoutOf, type WaitOptions } from './wait-options.js';

/** Options of a message. */
export interface SendOptions {
  /** A second message to the same run with the same key, on whatever channel, is the same message. Default: none. */
  readonly key?: string;
}

/** Messages to runs. Each run has its own: first in, first out, and each is received once. */
export interface Channel<Received, Sent = Received> {
  readonly [MAIL]: MailDefinition;
  /**
   * Sends a message to a run. Exactly once in a run's own code, at least once in a step's body, and outside, where the
   * one launched app sends it.
   *
   * @throws HoldfastError RUN_NOT_FOUND, RUN_FINISHED, INVALID_INPUT, UNRECORDABLE_VALUE, INVALID_ID; outside any run
   * also NOT_LAUNCHED, AMBIGUOUS_APP.
   */
  send(runId: string, value: Sent, options?: SendOptions): Promise<void>;
  /**
   * Receives the next message to the run that calls it, and waits for one. A run that waits leaves memory.
   *
   * @throws HoldfastError TIMED_OUT; WRONG_CONTEXT anywhere but in a workflow's own code.
   * @example const answer = await approval.receive({ timeout: '3 days' });
   */
  receive(options?: WaitOptions): Promise<Received>;
}

/**
 * Defines a channel: what runs are sent.
 *
 * @param name its stable name, stored with each message. Two definitions of one name are the same channel.
 * @throws HoldfastError INVALID_NAME.
 * @example const approval = channel<Approval>('approval');
 */
export function channel<Value>(name: string, options?: MailOptions): Channel<Value>;
export function channel<Schema extends StandardSchema>(
  name: string,
  options: SchemaMailOptions<Schema>,
): Channel<SchemaOutput<Schema>, SchemaInput<Schema>>;
export function channel(
  name: string,
  options: MailOptions & { readonly schema?: StandardSchema } = {},
): Channel<unknown> {
  checkName(name, 'name of the channel');
  const definition: MailDefinition = { kind: 'channel', name, schema: options.schema };
  const registry = options.registry ?? defaultRegistry();
  return {
    [MAIL]: definition,
    async send(runId, value, { key } = {}) {
      checkRunId(runId);
      if (key !== undefined) checkMessageKey(key);
      return mailHere(definition, registry).send({ definition, runId, value, key });
    },
    async receive({ timeout } = {}) {
      const timeoutMs = timeoutOf(timeout, `receive of channel "${name}"`);
      return receivingMail(definition).receive({ definition, timeoutMs });
    },
  };
}
