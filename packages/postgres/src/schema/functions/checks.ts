import type { Schema } from '../../sql/names.js';
import { raise } from './sql-states.js';

/** The longest name, in characters, as in TypeScript. */
const LONGEST = 255;

/** Checks of what is given to our functions. Each is a function, as each is needed several times. */
export function checks(s: Schema): string {
  return `
create or replace function ${s.quoted}.check_name(given text, what text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $holdfast$
begin
  if given is null or given = '' or char_length(given) > ${LONGEST} or given collate "C" ~ '[[:cntrl:]]' then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The % must be 1 to 255 printable characters, not %.',
      values: ['what', "coalesce(quote_literal(left(given, 60)), 'null')"],
      hint: 'Give another one.',
    })}
  end if;
end
$holdfast$;

create or replace function ${s.quoted}.milliseconds(given interval, what text) returns float8
language plpgsql stable set search_path = pg_catalog, pg_temp as $holdfast$
declare
  -- Months and days are as long as they are from now on.
  ms float8 := extract(epoch from now() + given - now()) * 1000;
begin
  if ms < 0 then
    ${raise({
      code: 'INVALID_INPUT',
      message: 'The % must not be negative, and is %.',
      values: ['what', 'given'],
      hint: "Give an interval such as '10 minutes', or leave it out.",
    })}
  end if;
  return ms;
end
$holdfast$;`;
}
