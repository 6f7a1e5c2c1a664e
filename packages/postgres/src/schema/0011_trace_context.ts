import type { Schema } from '../sql/names.js';
import { describe } from './describe.js';
import { send } from './functions/send.js';
import { startRun } from './functions/start-run.js';
import type { Migration } from './migration.js';

/** To whose trace a run belongs, and from which one a message came. */
export const traceContext: Migration = {
  version: 11,
  name: 'trace context',
  // Older code records runs and messages without.
  compatibleFrom: 7,
  text: (s) => [columns(s), formerStartRun(s), startRun(s), send(s), comments(s)].join('\n'),
};

// HAZARD: no index on either, ever: they are null for all who trace nothing, and are to cost those nothing.
const columns = (s: Schema): string => `
alter table ${s.runs} add column trace_context json;
alter table ${s.messages} add column trace_context json;`;

// A function with one more argument would stand beside the former one, and calls that name neither be ambiguous.
const formerStartRun = (s: Schema): string => `
drop function if exists ${s.quoted}.start_run(
  text, json, text, text, text, int, text, text, interval, interval, jsonb);`;

function comments(s: Schema): string {
  const carried =
    'as the propagator of whoever did it wrote it: traceparent and others. Null without telemetry.';
  return [
    describe(s.runs, 'Holdfast: runs of workflows.', {
      trace_context: `What it was started in, ${carried}`,
    }),
    describe(s.messages, 'Holdfast: messages to runs, received or not.', {
      trace_context: `What it was sent in, ${carried}`,
    }),
  ].join('\n');
}
