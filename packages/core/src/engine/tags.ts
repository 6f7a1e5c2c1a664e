import { HoldfastError } from '../errors/index.js';

/** What no database holds within a JSON value: NUL, and half of a character. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Tags as they are kept: JSON text of an object; null for none. @throws HoldfastError INVALID_OPTION. */
export function encodeTags(tags: Readonly<Record<string, unknown>> | undefined): string | null {
  if (tags === undefined) return null;
  const text = plainObjectJson(tags);
  if (text !== undefined) return text;
  throw new HoldfastError(
    'INVALID_OPTION',
    'The tags of a run must be an object of plain JSON values, without NUL characters and halves of characters.',
  );
}

/** The JSON text of an object of plain JSON values, as every store can hold it; undefined for anything else. */
export function plainObjectJson(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(value, storable) as string | undefined;
    return text?.startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}

function storable(name: string, value: unknown): unknown {
  if (UNSTORABLE.test(name) || (typeof value === 'string' && UNSTORABLE.test(value))) throw new TypeError();
  return value;
}
