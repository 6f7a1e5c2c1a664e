import type { Schema } from './names.js';

/** What a parameter may be. Lists go in as JSON text, so that every driver passes them on alike. */
export type Value = string | number | boolean | null;

/** A row as a driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A named statement: its text is constant for a schema, so that it can be prepared, explained and diffed. */
export interface Statement<Values extends readonly Value[], Result> {
  readonly name: string;
  /** False for one that is made for a single question: it is planned for that, and not kept. */
  readonly isPrepared: boolean;
  text(schema: Schema): string;
  decode(row: Row): Result;
  /** Never set: it ties the parameters to the statement for the compiler. */
  readonly values?: Values;
}

/** Names a statement's text and how its rows are read. */
export function statement<Values extends readonly Value[], Result>(
  name: string,
  text: (schema: Schema) => string,
  decode: (row: Row) => Result,
): Statement<Values, Result> {
  return { name, isPrepared: true, text, decode };
}

/** A statement that is made for a single question, in one schema. */
export function unprepared<Values extends readonly Value[], Result>(
  name: string,
  text: string,
  decode: (row: Row) => Result,
): Statement<Values, Result> {
  return { name, isPrepared: false, text: () => text, decode };
}

/** For statements whose rows say nothing. */
export function nothing(): undefined {
  return undefined;
}
