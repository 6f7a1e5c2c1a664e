import { HoldfastError } from '../errors/index.js';

const LONGEST = 255;

// Control characters cannot be stored in every database (NUL) and wreck terminals.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const UNPRINTABLE = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/**
 * Checks a name that is stored and compared: of a workflow, a step, a version.
 *
 * @throws HoldfastError INVALID_NAME unless it is 1 to 255 printable characters.
 */
export function checkName(name: unknown, what: string): string {
  if (isPlainText(name)) return name;
  throw new HoldfastError(
    'INVALID_NAME',
    `The ${what} ${show(name)} must be a string of 1 to ${LONGEST} printable characters.`,
  );
}

/**
 * Checks a run id given by the user.
 *
 * @throws HoldfastError INVALID_ID unless it is 1 to 255 printable characters.
 */
export function checkRunId(id: unknown): string {
  if (isPlainText(id)) return id;
  throw new HoldfastError(
    'INVALID_ID',
    `The run id ${show(id)} must be a string of 1 to ${LONGEST} printable characters.`,
  );
}

/** Whether a run can have this id. */
export function isRunId(id: unknown): id is string {
  return isPlainText(id);
}

/**
 * Checks the key of a message.
 *
 * @throws HoldfastError INVALID_ID unless it is 1 to 255 printable characters.
 */
export function checkMessageKey(key: unknown): string {
  if (isPlainText(key)) return key;
  throw new HoldfastError(
    'INVALID_ID',
    `The message key ${show(key)} must be a string of 1 to ${LONGEST} printable characters.`,
  );
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && isShort(value) && !UNPRINTABLE.test(value);
}

/** Counted in characters, as databases count: some are two units of a string. */
function isShort(text: string): boolean {
  return text.length <= LONGEST || (text.length <= 2 * LONGEST && [...text].length <= LONGEST);
}

function show(value: unknown): string {
  if (typeof value !== 'string') return `of type ${value === null ? 'null' : typeof value}`;
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
