import { types } from 'node:util';
import { HoldfastError } from '../errors/index.js';
import type { Path } from './extra.js';
import { MAX_DEPTH } from './plain.js';

/** Something in a value that cannot be recorded. */
export class Refusal {
  constructor(
    /** What it is: `function onDone`, `instance of class Order`. */
    readonly found: string,
    /** What the user can do about it: a sentence. */
    readonly advice: string,
    readonly cause?: unknown,
  ) {}
}

export const TOO_DEEP = new Refusal(
  `object nested more than ${MAX_DEPTH} levels deep`,
  'Flatten it, or keep it elsewhere and record where.',
);

export const CYCLE_IN_RECIPE = new Refusal(
  'object that holds itself by way of a recipe',
  'Break the cycle in what the recipe makes of it.',
);

/** Why something is refused that runs code of the user's when looked at. */
export function throwing(found: string, cause: unknown): Refusal {
  return new Refusal(found, 'See the cause.', cause);
}

/** Why a value is refused whose text is longer than a string can be, or that overflows the stack. */
export function tooLarge(cause: unknown): Refusal {
  return new Refusal('value too large to record', 'Keep it elsewhere and record where.', cause);
}

export function symbolKey(key: symbol): Refusal {
  return new Refusal(`object with the symbol key ${String(key)}`, 'Use a string as the key instead.');
}

export function ownField(className: string, key: string | symbol): Refusal {
  const found = `${className} with the field "${String(key)}" of its own`;
  return new Refusal(found, 'Record an object that holds both instead.');
}

/** A path longer than this is cut in the message. It is whole in the details. */
const LONGEST_PATH = 200;

/** The error for a value that cannot be recorded. */
export function unrecordable(what: string, path: Path, refusal: Refusal): HoldfastError {
  const where = showPath(path);
  const { found, advice, cause } = refusal;
  return new HoldfastError(
    'UNRECORDABLE_VALUE',
    `Cannot record ${what}: ${shorten(where)} is ${article(found)}${found}. ${advice}`,
    { details: { path: where, what, found }, ...(cause === undefined ? {} : { cause }) },
  );
}

/** A path as code would write it: `$.items[2].callback`. */
export function showPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number' || /^\d+$/.test(key)) return `${text}[${key}]`;
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
      ? `${text}.${key}`
      : `${text}[${JSON.stringify(key)}]`;
  }, '$');
}

/** Why a function, a symbol or an object of no known kind is refused. */
export function describe(value: unknown): Refusal {
  if (typeof value === 'function') {
    return new Refusal(named('function', value), 'Leave it out, and record the data it works on instead.');
  }
  if (typeof value === 'symbol') return new Refusal(`symbol ${String(value)}`, 'Use a string instead.');
  if (types.isPromise(value)) return new Refusal('Promise', 'Await it first.');
  return describeInstance(value as object);
}

function describeInstance(value: object): Refusal {
  const maker = attempt(() => (value as { constructor?: unknown }).constructor);
  const name = nameOf(maker);
  if (maker === Object || name === undefined) {
    return new Refusal('object with a prototype of its own', 'Use plain data instead.');
  }
  const advice = 'Use plain data instead, or list the class in the `classes` of the app.';
  return new Refusal(`instance of class ${name}`, advice);
}

function named(kind: string, value: unknown): string {
  const name = nameOf(value);
  return name === undefined ? `${kind} without a name` : `${kind} ${name}`;
}

function nameOf(maker: unknown): string | undefined {
  const name = typeof maker === 'function' ? attempt(() => maker.name as unknown) : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** The outcome of code that is not ours: an accessor, a proxy's trap. Undefined if it throws. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an ' : 'a ';
}

function shorten(path: string): string {
  if (path.length <= LONGEST_PATH) return path;
  return `${path.slice(0, LONGEST_PATH / 2)}…${path.slice(-LONGEST_PATH / 2)}`;
}
