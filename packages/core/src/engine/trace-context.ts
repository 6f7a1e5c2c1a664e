import type { EngineDeps } from './deps.js';
import type { SeenMessage, TraceContext } from './telemetry.js';

/** A context as it is stored; null for one that says nothing. */
export function traceContextText(context: TraceContext | undefined): string | null {
  return context && Object.keys(context).length > 0 ? JSON.stringify(context) : null;
}

/** A stored context. What is no text in it, as only somebody else can have put there, is left out. */
export function readTraceContext(text: string | null): TraceContext | undefined {
  if (text === null) return undefined;
  const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** What is recorded with a message that is sent. */
export function sentIn({ telemetry }: Pick<EngineDeps, 'telemetry'>, message: SeenMessage): string | null {
  return telemetry ? traceContextText(telemetry.sending(message)) : null;
}
