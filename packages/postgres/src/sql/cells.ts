import type { Payload } from '@holdfast/core/internal';

// A cell is read by what it must be, whatever parsers a program has set on its `pg`: a whole number may arrive as a
// number, a text or a bigint.

export function text(cell: unknown): string {
  return cell as string;
}

export function textOrNull(cell: unknown): string | null {
  return cell as string | null;
}

export function number(cell: unknown): number {
  return Number(cell);
}

export function numberOrNull(cell: unknown): number | null {
  return cell === null ? null : Number(cell);
}

/** A moment, in whole milliseconds since 1970. */
export function moment(cell: unknown): number {
  return Math.round(Number(cell));
}

export function momentOrNull(cell: unknown): number | null {
  return cell === null ? null : moment(cell);
}

/** A value from its two columns; null where there is none. */
export function payloadOrNull(json: unknown, extra: unknown): Payload | null {
  return json === null ? null : { json: json as string, extra: extra as string | null };
}

export function payload(json: unknown, extra: unknown): Payload {
  return { json: json as string, extra: extra as string | null };
}
