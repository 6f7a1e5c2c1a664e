/** Whether a JSON value contains another, as `@>` of Postgres has it. */
export function contains(value: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(value) && part.every((one) => value.some((other) => contains(other, one)));
  }
  if (!isObject(part)) return value === part;
  if (!isObject(value)) return false;
  return Object.keys(part).every((key) => Object.hasOwn(value, key) && contains(value[key], part[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
