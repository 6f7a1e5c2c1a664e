import { define, fieldsOf, writeFields } from './fields.js';
import type { Reading, Write } from './kind.js';
import { attempt } from './refusal.js';
import type { Slot } from './slot.js';

/** Not enumerable, as a rule. The rule holds for all but those named in the note, where it is the other way round. */
const HIDDEN: ReadonlySet<string> = new Set(['name', 'message', 'cause', 'errors', 'stack']);

/** Usually given by the class, so that an error without its class would lack them. */
const OFTEN_INHERITED: ReadonlySet<string> = new Set(['name', 'message', 'code']);

/**
 * An error with all that is known of it. What it holds that cannot be recorded becomes undefined: libraries hang
 * sockets and callbacks on their errors, and a failure must not be lost over them.
 */
export const writeError: Write = (value, place, writing) => {
  const all = new Set(Reflect.ownKeys(value));
  const shown = new Set(Object.keys(value));
  const names = ['name', 'message'];
  if (all.has('code') || attempt(() => (value as { code?: unknown }).code) !== undefined) names.push('code');
  names.push(...[...shown].filter((name) => !HIDDEN.has(name) && name !== 'code'));
  for (const name of ['cause', 'errors']) if (all.has(name)) names.push(name);
  if (attempt(() => (value as Error).stack) !== undefined) names.push('stack');
  const unusual = names.filter((name) => HIDDEN.has(name) === shown.has(name));
  place.lenient = true;
  writing.noteOn(place, 'error', writing.classes.errorName(value), ...unusual);
  return writeFields(value, names);
};

export function readError(slot: Slot, reading: Reading): Error {
  const [className, ...unusual] = slot.args;
  const prototype = reading.classes.errorPrototype(String(className));
  const error = slot.make(blank(prototype, slot, reading));
  for (const [name, value] of fieldsOf(slot, reading)) {
    const isShown = HIDDEN.has(name) === unusual.includes(name);
    if (isShown || !isInherited(error, name, value)) define(error, name, value, isShown);
  }
  return error;
}

/** An error of a class, made without its constructor. */
function blank(prototype: object, slot: Slot, reading: Reading): Error {
  const error = isDomException(prototype) ? blankDomException(slot, reading) : new Error();
  Object.setPrototypeOf(error, prototype);
  delete error.stack;
  return error;
}

// Its name and message are not fields, and can be set by its constructor only.
function blankDomException(slot: Slot, reading: Reading): Error {
  return new DOMException(String(reading.child(slot, 'message')), String(reading.child(slot, 'name')));
}

function isDomException(prototype: object): boolean {
  return prototype === DOMException.prototype || prototype instanceof DOMException;
}

function isInherited(error: Error, name: string, value: unknown): boolean {
  const fields = error as unknown as Record<string, unknown>;
  return (
    OFTEN_INHERITED.has(name) &&
    Object.is(
      attempt(() => fields[name]),
      value,
    )
  ); // a getter may want #private
}
