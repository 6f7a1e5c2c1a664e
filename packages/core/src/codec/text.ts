import { corrupt } from './extra.js';

/** Stands for a code unit that Postgres refuses. One code unit itself, so positions do not move. */
const SUBSTITUTE = '\ufffd';

// The `json` type stores the escapes of these, but `->>`, a cast to jsonb and json_to_recordset fail on them.
const REFUSED = /\0|\p{Surrogate}/gu;

// In the lib of ES2024 only; Node has it since version 20.
type Checked = string & { isWellFormed(): boolean };

/** Whether Postgres can hand out the string as text: no NUL, no unpaired surrogate. */
export function isStorable(text: string): boolean {
  return (text as Checked).isWellFormed() && !text.includes('\0');
}

/**
 * Whether a text that `JSON.stringify` wrote holds storable strings only. May answer false for one that does (a
 * backslash before a "u"), never true for one that does not.
 */
export function isStorableJson(json: string): boolean {
  return !json.includes('\\u') || !(json.includes('\\u0000') || json.includes('\\ud'));
}

/** The string with substitutes, and what they stand for: index, code unit, index, code unit, ... */
export function substitute(text: string): { readonly text: string; readonly repairs: readonly number[] } {
  if (isStorable(text)) return { text, repairs: [] };
  const repairs: number[] = [];
  const clean = text.replace(REFUSED, (unit, index: number) => {
    repairs.push(index, unit.charCodeAt(0));
    return SUBSTITUTE;
  });
  return { text: clean, repairs };
}

/** Undoes `substitute`. */
export function repair(text: unknown, repairs: readonly unknown[]): string {
  if (typeof text !== 'string') throw corrupt('a string is missing');
  if (repairs.length === 0) return text;
  const units = text.split('');
  for (let at = 0; at < repairs.length; at += 2) {
    const [index, unit] = [repairs[at], repairs[at + 1]];
    if (typeof index !== 'number' || typeof unit !== 'number' || units[index] !== SUBSTITUTE) {
      throw corrupt('the repairs of a string do not fit it');
    }
    units[index] = String.fromCharCode(unit);
  }
  return units.join('');
}
