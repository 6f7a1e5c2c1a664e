import type {
  Checkpoint,
  Checkpoints,
  NewRun,
  SqlAdapter,
  SqlRow,
  SqlValue,
  Store,
  StoreEntry,
  StoreLocation,
  TransactionalAdvance,
  TransactionalStart,
  TransactionOptions,
} from '../../src/adapter.js';
import type { MemoryStore } from '../../src/index.js';
import { intercepted } from './intercepted.js';

/** An error as a database or a driver raises it. */
export class SqlError extends Error {
  constructor(readonly code: string) {
    super(`SQLSTATE ${code}`);
  }
}

/**
 * What goes wrong with a commit. `answer lost`: it landed, but nobody heard; `connection lost`: it did not land;
 * `late`: the connection is lost, and it lands when the next transaction gets to its checkpoint. Else a SQLSTATE.
 */
export type CommitFault = 'fine' | 'answer lost' | 'connection lost' | 'late' | (string & {});

/** An open transaction: what it will write, if it is committed. */
export class FakeTx {
  readonly writes: (() => Promise<unknown>)[] = [];
  readonly text: string[] = [];
  /** Whether the connection is gone. */
  isLost = false;

  constructor(
    readonly database: FakeDatabase,
    readonly options: TransactionOptions,
  ) {}

  /** Writes a row of the user's. */
  insert(row: string): void {
    this.writes.push(async () => this.database.rows.push(row));
  }
}

/** A database with one table of the user's, in memory. It may be the one that the engine's journals are in. */
export class FakeDatabase {
  readonly rows: string[] = [];
  readonly transactions: FakeTx[] = [];
  /** Checkpoints in a table of their own. */
  readonly apart = new Map<string, SqlRow>();
  /** What happens to the next commits that have something to write. */
  readonly faults: CommitFault[] = [];
  /** What happens to the next statements, by their beginning. */
  readonly statementFaults: { readonly text: string; readonly error: Error }[] = [];
  readonly #journals: Store | undefined;
  readonly #late: (() => Promise<void>)[] = [];

  /** @param journals the engine's store, if it is in this database. */
  constructor(journals?: Store) {
    this.#journals = journals;
  }

  readonly adapter: SqlAdapter<FakeTx> = {
    name: 'fake',
    transaction: async (options, work) => {
      const tx = new FakeTx(this, options);
      this.transactions.push(tx);
      const result = await work(tx);
      await this.#commit(tx);
      return result;
    },
    run: (tx, text, values) => this.#run(tx, text, values),
    sqlState: (error) => {
      const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
      return typeof code === 'string' ? code : undefined;
    },
    owns: (tx): tx is FakeTx => tx instanceof FakeTx && tx.database === this,
  };

  /** Lets commits land whose connection was lost. */
  async landLate(): Promise<void> {
    for (const land of this.#late.splice(0)) await land();
  }

  async #commit(tx: FakeTx): Promise<void> {
    const land = async (): Promise<void> => {
      for (const write of tx.writes) await write();
    };
    const fault = tx.writes.length > 0 ? (this.faults.shift() ?? 'fine') : 'fine';
    if (fault === 'fine') return land();
    if (fault === 'answer lost') await land();
    if (fault === 'late') this.#late.push(land);
    throw new SqlError(['answer lost', 'connection lost', 'late'].includes(fault) ? '08006' : fault);
  }

  async #run(tx: FakeTx, text: string, [value]: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    tx.text.push(text);
    await new Promise((resolve) => setImmediate(resolve));
    if (tx.isLost) throw new SqlError('08006');
    const at = this.statementFaults.findIndex((fault) => text.startsWith(fault.text));
    if (at >= 0) throw this.statementFaults.splice(at, 1)[0]!.error;
    switch (text) {
      case 'select 1 as alive':
        return [{ alive: 1 }];
      case 'is here':
        return [{ here: this.#journals?.location?.installationId === value }];
      case 'record':
        return this.#record(tx, JSON.parse(String(value)) as Checkpoint);
      case 'prepare apart':
        return [];
      case 'record apart':
        return this.#recordApart(tx, JSON.parse(String(value)) as Checkpoint);
      case 'find apart':
        return this.#found(String(value));
      case 'start':
        return this.#start(tx, JSON.parse(String(value)) as TransactionalStart);
      case 'advance':
        return this.#advance(tx, JSON.parse(String(value)) as TransactionalAdvance);
      default:
        throw new SqlError('42601');
    }
  }

  async #record(tx: FakeTx, checkpoint: Checkpoint): Promise<SqlRow[]> {
    await this.landLate();
    const { runId, epoch, seq } = checkpoint;
    const run = await this.#journals!.run(runId);
    if (run?.state !== 'running' || run.epoch !== epoch) return [{ outcome: 'lost' }];
    const steps = await this.#journals!.steps(runId);
    if (steps.some((step) => step.seq === seq && step.ordinal !== null)) return [{ outcome: 'exists' }];
    tx.writes.push(() => this.#journals!.commit([stepEntry(checkpoint)]));
    return [{ outcome: 'written' }];
  }

  async #recordApart(tx: FakeTx, { runKey, seq, output, outputExtra }: Checkpoint): Promise<SqlRow[]> {
    await this.landLate();
    const key = `${runKey} ${seq}`;
    if (this.apart.has(key)) return [{ outcome: 'exists' }];
    tx.writes.push(async () => this.apart.set(key, { output, outputExtra }));
    return [{ outcome: 'written' }];
  }

  #found(key: string): SqlRow[] {
    const row = this.apart.get(key);
    return row ? [row] : [];
  }

  async #start(tx: FakeTx, start: TransactionalStart): Promise<SqlRow[]> {
    const [existing] = await this.#journals!.statuses([start.id]);
    if (existing) return [{ kind: 'exists', workflow: existing.workflow }];
    const { input: json, inputExtra: extra, ...rest } = start;
    const run: NewRun = {
      ...rest,
      input: { json, extra },
      executorId: null,
      startedAtMs: null,
      parentId: null,
    };
    tx.writes.push(async () => {
      await this.#journals!.commit([{ op: 'start', run }]);
      await this.#journals!.announce([{ kind: 'work' }]);
    });
    return [{ kind: 'written' }];
  }

  async #advance(tx: FakeTx, advance: TransactionalAdvance): Promise<SqlRow[]> {
    const { reader, log, from } = advance;
    const found = (await this.#journals!.offsets.read(reader)).find((one) => one.log === log);
    if ((found?.position ?? null) !== from) return [{ outcome: 'moved' }];
    tx.writes.push(() => this.#journals!.offsets.advance({ ...advance, starts: [] }));
    return [{ outcome: 'advanced' }];
  }
}

function stepEntry(checkpoint: Checkpoint): StoreEntry {
  const { output, outputExtra, runKey: _, ...rest } = checkpoint;
  return {
    ...rest,
    op: 'step',
    output: { json: output, extra: outputExtra },
    error: null,
    retryAtMs: null,
    childId: null,
  };
}

/** The statements a {@link FakeDatabase} understands. */
export const fakeCheckpoints: Checkpoints = {
  isHere: async (sql, { installationId }) => Boolean((await sql('is here', [installationId]))[0]!['here']),
  record: async (sql, _, checkpoint) =>
    (await sql('record', [JSON.stringify(checkpoint)]))[0]!['outcome'] as never,
  prepareApart: async (sql) => void (await sql('prepare apart', [])),
  recordApart: async (sql, checkpoint) =>
    (await sql('record apart', [JSON.stringify(checkpoint)]))[0]!['outcome'] as never,
  findApart: async (sql, runKey, seq) => (await sql('find apart', [`${runKey} ${seq}`]))[0] as never,
  start: async (sql, { installationId }, start) => {
    const [here] = await sql('is here', [installationId]);
    return here!['here']
      ? ((await sql('start', [JSON.stringify(start)]))[0] as never)
      : { kind: 'elsewhere' };
  },
  advance: async (sql, { installationId }, advance) => {
    const [here] = await sql('is here', [installationId]);
    if (!here!['here']) return 'elsewhere';
    return (await sql('advance', [JSON.stringify(advance)]))[0]!['outcome'] as never;
  },
};

/** A memory store that says where it is, as one in a database does. */
export function located(store: MemoryStore, installationId = 'this one'): MemoryStore {
  const location: StoreLocation = { schema: 'holdfast', installationId };
  return intercepted(store, { location: () => location });
}
