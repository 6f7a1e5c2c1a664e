import type { Colours } from '../terminal/colours.js';
import { printable } from '../terminal/width.js';
import { errorLine, valueText } from './values.js';

/** An error with its details and causes, as a person reads it: no stack, as that is of the machine where it happened. */
export function errorText(error: unknown, colours: Colours): string {
  const lines = [colours.red(errorLine(error))];
  for (const [name, value] of Object.entries(fieldsOf(error))) {
    const text = valueText(value, { colours: colours.isColorSupported, width: 80 });
    lines.push(`  ${colours.dim(printable(name))} ${text.replaceAll('\n', '\n  ')}`);
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined) lines.push(`${colours.dim('because of')} ${errorText(cause, colours)}`);
  return lines.join('\n');
}

/** What an error carries beside its message: its own fields, but not those that are shown already or say nothing. */
function fieldsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return {};
  const {
    name: _name,
    code: _code,
    details,
    ...rest
  } = error as Error & { code?: unknown; details?: unknown };
  const isTelling = typeof details === 'object' && details !== null && Object.keys(details).length > 0;
  return { ...rest, ...(isTelling && { details }) };
}
