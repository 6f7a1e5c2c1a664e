/** One, or a list of which any will do. */
export type OneOrMore<T> = T | readonly T[];

/** As a list. */
export function listOf<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
