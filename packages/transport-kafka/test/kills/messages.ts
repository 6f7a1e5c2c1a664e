/**
 * Where a consumer dies. `received`: it has records and has begun nothing with them. `advanced`: their runs are recorded,
 * nothing else is. `handled`: a transaction of the user's is written, and not committed. `committed`: that is committed,
 * and nothing else is. `rejoined`: it has just joined the group again, as another one came or went.
 */
export type Point = 'received' | 'advanced' | 'handled' | 'committed' | 'rejoined';

/** How a consumer takes records: as runs, or by a function within a transaction. */
export type Form = 'starting' | 'handling';

/** What a process is started with, as JSON in its first argument. */
export interface WorkerConfig {
  readonly url: string;
  readonly broker: string;
  readonly topic: string;
  readonly group: string;
  readonly form: Form;
  readonly batchSize: number;
  /** Where it dies, and after how many times of having come by there alive. */
  readonly death: { readonly point: Point; readonly spared: number } | null;
}
