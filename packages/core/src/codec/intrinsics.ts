import { types } from 'node:util';

export type Constructor<T extends object = object> = abstract new (...args: never[]) => T;

/** The views on bytes, by name. Float16Array is missing from Node 20 and 22. */
export const TYPED_ARRAYS: ReadonlyMap<string, new (buffer: ArrayBuffer) => ArrayBufferView> = new Map(
  [
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
    'BigInt64Array',
    'BigUint64Array',
    'Float16Array',
    'Float32Array',
    'Float64Array',
  ].flatMap((name) => {
    const found = (globalThis as Record<string, unknown>)[name];
    return found === undefined ? [] : [[name, found as new (buffer: ArrayBuffer) => ArrayBufferView]];
  }),
);

/** The error classes of the language and the platform. */
export const ERRORS: readonly Constructor<Error>[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  DOMException,
];

const PROTOTYPES: ReadonlyMap<string, object> = new Map(
  [Object, Array, Date, Map, Set, RegExp, ArrayBuffer, DataView, ...TYPED_ARRAYS.values(), ...ERRORS].map(
    (found) => [found.name, found.prototype as object] as const,
  ),
);

const HOME: ReadonlySet<object> = new Set(PROTOTYPES.values());

const NATIVE = /\{\s*\[native code\]\s*\}$/;

/**
 * The prototype an object was made with; for a built-in class of another realm (a vm context, a Jest test), this
 * realm's prototype of that class.
 */
export function prototypeOf(value: object): object | null {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype && homePrototype(prototype);
}

/** The same for a prototype. */
export function homePrototype(prototype: object): object {
  if (HOME.has(prototype)) return prototype;
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function') return prototype;
  const home = PROTOTYPES.get(maker.name);
  if (home === undefined || maker.prototype !== prototype) return prototype;
  return NATIVE.test(Function.prototype.toString.call(maker)) ? home : prototype;
}

/** Whether a value is an error, of any realm and however it was made. */
export function isError(value: object): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}
