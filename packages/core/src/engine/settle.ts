import type { Codec } from '../codec/index.js';
import type { Outcome, Payload } from '../replay/index.js';
import type { AttemptResult } from './attempt.js';

/** Makes an outcome of what a body gave. A value that cannot be recorded becomes the error that says so. */
export function settle(codec: Codec, result: AttemptResult, what: string): Outcome {
  if (!result.ok) return settleError(codec, result.error);
  try {
    return { ok: true, value: codec.encode(result.value, what) };
  } catch (error) {
    return settleError(codec, error);
  }
}

/** Makes an outcome of an error. Fields of it that cannot be recorded are left out rather than hiding the error. */
export function settleError(codec: Codec, error: unknown): { readonly ok: false; readonly error: Payload } {
  try {
    return { ok: false, error: codec.encode(error, 'the error') };
  } catch {
    return { ok: false, error: codec.encode(plainError(error), 'the error') };
  }
}

function plainError(error: unknown): Error {
  const plain = new Error(error instanceof Error ? error.message : String(error));
  if (!(error instanceof Error)) return plain;
  plain.name = error.name;
  if (error.stack !== undefined) plain.stack = error.stack;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? Object.assign(plain, { code }) : plain;
}
