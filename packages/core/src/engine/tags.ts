import { HoldfastError } from '../errors/index.js';

/** Tags as they are kept: JSON text of an object; null for none. @throws HoldfastError INVALID_OPTION. */
export function encodeTags(tags: Readonly<Record<string, unknown>> | undefined): string | null {
  if (tags === undefined) return null;
  try {
    const text = JSON.stringify(tags) as string | undefined;
    if (text?.startsWith('{')) return text;
  } catch (error) {
    throw new HoldfastError('INVALID_OPTION', 'The tags of a run must be plain JSON.', { cause: error });
  }
  throw new HoldfastError('INVALID_OPTION', 'The tags of a run must be an object of plain JSON values.');
}
