import { quoteLiteral } from '../../sql/names.js';

/** What our SQL functions refuse, each with a SQLSTATE of our own: class WF, which no standard and no Postgres uses. */
export const SQL_STATES = {
  INVALID_INPUT: 'WF001',
  RUN_ID_CONFLICT: 'WF002',
  DUPLICATE_RUN: 'WF003',
  UNKNOWN_QUEUE: 'WF004',
  RUN_NOT_FOUND: 'WF005',
  RUN_FINISHED: 'WF006',
} as const;

/** What is said of a refusal. */
export interface Refusal {
  readonly code: keyof typeof SQL_STATES;
  /** With a % for each of `values`, which are SQL expressions. */
  readonly message: string;
  readonly values?: readonly string[];
  readonly hint: string;
}

/** The statement of plpgsql that refuses. Its detail is the code, as errors in TypeScript carry it. */
export function raise({ code, message, values = [], hint }: Refusal): string {
  const said = [quoteLiteral(message), ...values].join(', ');
  return `raise exception ${said} using errcode = '${SQL_STATES[code]}', detail = '${code}', hint = ${quoteLiteral(hint)};`;
}
