import { HoldfastError } from '@holdfast/core/internal';

/** Where the tables are: each name qualified and quoted, ready to stand in SQL text. */
export interface Schema {
  /** As the user gave it. */
  readonly name: string;
  /** As SQL wants it. */
  readonly quoted: string;
  readonly runs: string;
  readonly steps: string;
  readonly executors: string;
  readonly migrations: string;
  readonly checkpoints: string;
  readonly queues: string;
  readonly partitions: string;
  readonly places: string;
  readonly messages: string;
  readonly events: string;
  readonly streams: string;
  readonly streamValues: string;
  readonly schedules: string;
  readonly tallies: string;
  readonly waits: string;
  readonly news: string;
  readonly offsets: string;
  /** A function: whether a run has something to undo. */
  readonly hasUndo: string;
  readonly isCancelled: string;
  readonly forgetRuns: string;
}

/** Postgres keeps this many bytes of an identifier and of a channel's name, and silently drops the rest. */
const LONGEST_BYTES = 63;

/**
 * The names of all tables in the schema of this name.
 *
 * @throws HoldfastError INVALID_OPTION for a name that no schema can have.
 */
export function schemaNamed(name: string): Schema {
  checkSchemaName(name);
  const quoted = quoteIdentifier(name);
  return {
    name,
    quoted,
    runs: `${quoted}.runs`,
    steps: `${quoted}.steps`,
    executors: `${quoted}.executors`,
    migrations: `${quoted}.migrations`,
    checkpoints: `${quoted}.checkpoints`,
    queues: `${quoted}.queues`,
    partitions: `${quoted}.partitions`,
    places: `${quoted}.places`,
    messages: `${quoted}.messages`,
    events: `${quoted}.events`,
    streams: `${quoted}.streams`,
    streamValues: `${quoted}.stream_values`,
    schedules: `${quoted}.schedules`,
    tallies: `${quoted}.tallies`,
    waits: `${quoted}.waits`,
    news: `${quoted}.news`,
    offsets: `${quoted}.offsets`,
    hasUndo: `${quoted}.has_undo`,
    isCancelled: `${quoted}.is_cancelled`,
    forgetRuns: `${quoted}.forget_runs`,
  };
}

/** The one place where an identifier is quoted. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The one place where a text becomes a literal: for DDL and comments, which take no parameters. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

function checkSchemaName(name: unknown): void {
  const reason = whyNoSchema(name);
  if (reason === undefined) return;
  throw new HoldfastError(
    'INVALID_OPTION',
    `The option "schema" ${reason}. Leave it out to use "holdfast".`,
    {
      details: { schema: name },
    },
  );
}

function whyNoSchema(name: unknown): string | undefined {
  if (typeof name !== 'string') return `must be a string, not ${name === null ? 'null' : typeof name}`;
  if (name === '') return 'must not be empty';
  if (name.includes('\0')) return 'must not contain a NUL character';
  if (Buffer.byteLength(name) > LONGEST_BYTES) return `must not be longer than ${LONGEST_BYTES} bytes`;
  if (name.startsWith('pg_')) return 'must not begin with "pg_", which Postgres keeps for itself';
  return undefined;
}
