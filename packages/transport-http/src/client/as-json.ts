/**
 * What a value is after its way over HTTP, where it is plain JSON as it is stored: dates, URLs and big integers are texts,
 * maps lists of pairs, sets lists, bytes base64.
 */
export type AsJson<T> = T extends string | number | boolean | null
  ? T
  : T extends undefined
    ? null
    : T extends bigint | Date | URL | RegExp | ArrayBuffer | ArrayBufferView
      ? string
      : T extends ReadonlyMap<infer Key, infer Value>
        ? [AsJson<Key>, AsJson<Value>][]
        : T extends ReadonlySet<infer Value>
          ? AsJson<Value>[]
          : T extends (...args: never) => unknown
            ? never
            : T extends object
              ? { [Key in keyof T]: AsJson<T[Key]> }
              : unknown;
