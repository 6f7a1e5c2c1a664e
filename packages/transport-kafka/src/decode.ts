import { HoldfastError, type StandardSchema } from '@holdfast/core';
import { accepted } from '@holdfast/core/internal';
import type { FoundRecord } from './record.js';

/** Makes a value of a record's bytes; null for a record without any. */
export type Decode = (bytes: Buffer | null) => unknown;

/** How values are read. */
export interface ValueOptions<Value> {
  /** Default: JSON, and null for a record without a value. */
  readonly decode?: Decode;
  /** What the decoded value must be. What it yields is the record's value. Default: anything. */
  readonly schema?: StandardSchema<unknown, Value>;
}

/**
 * The value of a record.
 *
 * @throws HoldfastError INVALID_INPUT if it cannot be decoded, or its schema refuses it.
 */
export async function decodedValue<Value>(
  { topic, partition, offset, raw }: FoundRecord,
  { decode = fromJson, schema }: ValueOptions<Value>,
): Promise<Value> {
  const what = `value of record ${offset} of ${topic}/${partition}`;
  const value = decoded(what, decode, raw.value);
  if (!schema) return value as Value;
  const result = await schema['~standard'].validate(value);
  return accepted(result, what, { topic, partition, offset }) as Value;
}

function decoded(what: string, decode: Decode, bytes: Buffer | null): unknown {
  try {
    return decode(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('INVALID_INPUT', `The ${what} cannot be decoded: ${reason}`, { cause });
  }
}

function fromJson(bytes: Buffer | null): unknown {
  return bytes === null ? null : (JSON.parse(bytes.toString('utf8')) as unknown);
}
