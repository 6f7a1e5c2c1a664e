import type { Schema } from '../sql/names.js';

/** What may be done to a table. */
export type TableRight = 'select' | 'insert' | 'update' | 'delete';

/** A table or a sequence of ours, as a {@link Schema} names it. */
type Named = Exclude<
  keyof Schema,
  'name' | 'quoted' | 'checkpoints' | 'hasUndo' | 'isCancelled' | 'forgetRuns'
>;

/** What a role may do, by table; of the sequence of places, whether it may take one. */
export interface Rights {
  readonly tables: Readonly<Partial<Record<Exclude<Named, 'places'>, readonly TableRight[]>>>;
  readonly takesPlaces: boolean;
  readonly callsFunctions: boolean;
}

const ALL = ['select', 'insert', 'update', 'delete'] as const;

/** What an app needs: all that its statements do, and no more. A test compares this with their text. */
export const APP_RIGHTS: Rights = {
  tables: {
    events: ['select', 'insert', 'delete'],
    executors: ALL,
    messages: ALL,
    migrations: ['select'],
    partitions: ALL,
    queues: ALL,
    schedules: ALL,
    runs: ALL,
    steps: ALL,
    streams: ALL,
    streamValues: ['select', 'insert', 'delete'],
    tallies: ['select', 'insert', 'delete'],
    waits: ALL,
    news: ALL,
    offsets: ALL,
  },
  takesPlaces: true,
  callsFunctions: true,
};

/** One right to one object. */
export interface ListedRight {
  readonly kind: 'table' | 'sequence';
  readonly name: string;
  readonly wanted: string;
}

/** The rights to tables and sequences one by one. */
export function listRights(s: Schema, { tables, takesPlaces }: Rights): ListedRight[] {
  const onTables = Object.entries(tables).flatMap(([table, rights]) =>
    rights.map((wanted) => ({ kind: 'table', name: s[table as keyof typeof tables], wanted }) as const),
  );
  return takesPlaces ? [...onTables, { kind: 'sequence', name: s.places, wanted: 'usage' }] : onTables;
}
