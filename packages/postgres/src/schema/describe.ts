import { quoteLiteral } from '../sql/names.js';

/** What columns are for, by name. */
export type Descriptions = Readonly<Record<string, string>>;

/** Comments on a table and its columns, as statements. */
export function describe(table: string, description: string, columns: Descriptions): string {
  const lines = Object.entries(columns).map(
    ([c, text]) => `comment on column ${table}.${c} is ${quoteLiteral(text)};`,
  );
  return [`\ncomment on table ${table} is ${quoteLiteral(description)};`, ...lines].join('\n');
}
