/** What `pg` answers a statement with, without the objects and functions it also holds. */
interface Answer {
  readonly command: unknown;
  readonly rowCount: unknown;
  readonly rows: readonly unknown[];
  readonly fields: readonly object[];
}

/**
 * What a library gives that hands on its driver's own answer to a statement, as plain data; anything else as it is. The
 * answer of postgres.js is its rows.
 */
export function plainResult(value: unknown): unknown {
  if (Array.isArray(value)) return 'command' in value ? [...(value as unknown[])] : value;
  if (!isAnswer(value)) return value;
  const { command, rowCount, rows, fields } = value;
  return { command, rowCount, rows, fields: fields.map((field) => ({ ...field })) };
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false;
  const { command, rows, fields } = value as Partial<Answer>;
  return typeof command === 'string' && Array.isArray(rows) && Array.isArray(fields);
}
