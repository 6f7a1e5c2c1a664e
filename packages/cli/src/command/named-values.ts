import { InvalidArgumentError } from 'commander';

/** Reads `name=value`, given as often as need be: `42` is a number and `true` a boolean, as in JSON; else it is a text. */
export function namedValue(
  text: string,
  before: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const [name, value] = parts(text, 'customer=42');
  return { ...before, [name]: parsed(value) ?? value };
}

/** Reads `name=json`, given as often as need be. */
export function namedJson(
  text: string,
  before: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const [name, value] = parts(text, `'charge card={"id":7}'`);
  return { ...before, [name]: jsonIn(value) };
}

/** Reads a value that is JSON. */
export function jsonIn(text: string): unknown {
  const value = parsed(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError(`${text} is not JSON. A text is JSON in double quotes: '"yes"'.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parts(text: string, example: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new InvalidArgumentError(`It must look like ${example}.`);
}
