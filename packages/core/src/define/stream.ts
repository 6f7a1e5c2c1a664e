import { MAIL, type MailOptions, mailHere, ownMail, type SchemaMailOptions } from './mail.js';
import type { Mail, MailDefinition, StreamEntry } from './mail-calls.js';
import { checkName } from './names.js';
import { defaultRegistry } from './registry.js';
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.js';
import { type ReadOptions, StreamReader } from './stream-reader.js';

/** Values that a run writes one after the other, and anybody may read from any position. */
export interface Stream<Value, Written = Value> {
  readonly [MAIL]: MailDefinition;
  /**
   * Appends a value to the stream of the run that calls it: exactly once in its own code, once for each attempt in a
   * step's body.
   *
   * @throws HoldfastError STREAM_CLOSED, INVALID_INPUT, UNRECORDABLE_VALUE; WRONG_CONTEXT outside any run.
   */
  write(value: Written): Promise<void>;
  /** Closes the stream of the run that calls it. @throws HoldfastError WRONG_CONTEXT outside any run. */
  close(): Promise<void>;
  /**
   * The values of a run's stream, those that are there and those still to come. Ends when the stream is closed, or the
   * run has ended. `timeout` is for each value. In a run's own code each value is recorded.
   *
   * @throws HoldfastError INVALID_OPTION, INVALID_DURATION, INVALID_ID; the iterator then RUN_NOT_FOUND, TIMED_OUT, and
   * STREAM_IN_USE if the same run is waiting for a value of that stream already.
   * @example for await (const token of tokens.read(runId)) process.stdout.write(token);
   */
  read(runId: string, options?: ReadOptions): AsyncIterableIterator<Value>;
  /** The same, each value with its position: `from` is the last one plus 1 for who wants to go on later. */
  readEntries(runId: string, options?: ReadOptions): AsyncIterableIterator<StreamEntry<Value>>;
}

/**
 * Defines a stream: values that runs write.
 *
 * @param name its stable name. Two definitions of one name are the same stream.
 * @throws HoldfastError INVALID_NAME.
 * @example const tokens = stream<string>('tokens');
 */
export function stream<Value>(name: string, options?: MailOptions): Stream<Value>;
export function stream<Schema extends StandardSchema>(
  name: string,
  options: SchemaMailOptions<Schema>,
): Stream<SchemaOutput<Schema>, SchemaInput<Schema>>;
export function stream(
  name: string,
  options: MailOptions & { readonly schema?: StandardSchema } = {},
): Stream<unknown> {
  checkName(name, 'name of the stream');
  const definition: MailDefinition = { kind: 'stream', name, schema: options.schema };
  const registry = options.registry ?? defaultRegistry();
  const here = (): Mail => mailHere(definition, registry);
  return {
    [MAIL]: definition,
    async write(value) {
      const { mail, runId, origin } = ownMail(definition, 'write');
      return mail.write({ definition, runId, value, origin });
    },
    async close() {
      const { mail, runId, origin } = ownMail(definition, 'close');
      return mail.close({ definition, runId, origin });
    },
    read: (runId, options = {}) => new StreamReader(definition, runId, options, here, ({ value }) => value),
    readEntries: (runId, options = {}) =>
      new StreamReader(definition, runId, options, here, (entry) => entry),
  };
}
