import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ground } from '../ground.js';
import { Home } from '../orm/home.js';
import { Crew, type Worker } from './crew.js';
import { readLedger, type TimedExecution } from './ledger.js';

/** A run as the database has it. */
export interface RunRow {
  readonly id: string;
  readonly workflow: string;
  readonly state: string;
  readonly epoch: number;
  readonly executorId: string | null;
  readonly output: unknown;
  readonly error: unknown;
}

/** A line of a journal as the database has it, in a form that can be compared. */
export interface StepRow {
  readonly run: string;
  readonly seq: number;
  readonly kind: string;
  readonly name: string;
  readonly attempt: number;
  readonly epoch: number;
  readonly ordinal: number | null;
  readonly hasOutput: boolean;
  readonly whole: string;
}

/** How a scene is set. */
export interface Stage {
  /** The main module of each worker. */
  readonly worker: string;
  readonly lease: string;
  readonly isApart?: boolean;
}

/** What one crash test works with: a database, a crew of workers, and the ledger of what they do. */
export class Scene {
  /** The store's database. */
  readonly home: Home;
  /** The database of the rows that transactional steps write: the same one, or another. */
  readonly rows: Home;
  readonly crew: Crew;
  readonly #folder: string;

  private constructor(parts: Pick<Scene, 'home' | 'rows' | 'crew'>, folder: string) {
    this.home = parts.home;
    this.rows = parts.rows;
    this.crew = parts.crew;
    this.#folder = folder;
  }

  static async set(ground: Ground, { worker, lease, isApart = false }: Stage): Promise<Scene> {
    const home = await Home.make(ground);
    const rows = isApart ? await Home.make(ground) : home;
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
    const config = { url: home.url, rowsUrl: rows.url, ledger: join(folder, 'ledger'), lease };
    return new Scene({ home, rows, crew: new Crew(worker, config) }, folder);
  }

  /** Whether the rows are in another database than the store. */
  get isApart(): boolean {
    return this.rows !== this.home;
  }

  executions(): TimedExecution[] {
    return readLedger(join(this.#folder, 'ledger'));
  }

  runs(): Promise<RunRow[]> {
    return this.home.sql<RunRow>(
      `select id, workflow, state, epoch, executor_id as "executorId", output, error from holdfast.runs order by id`,
    );
  }

  steps(): Promise<StepRow[]> {
    return this.home.sql<StepRow>(
      `select run_id as run, seq, kind, name, attempt, epoch, ordinal, output is not null as "hasOutput", s::text as whole
       from holdfast.steps s order by run_id, seq`,
    );
  }

  /** The names of all committed effects, each as often as it is there. */
  async effects(): Promise<string[]> {
    const rows = await this.rows.sql<{ name: string }>('select name from item order by name');
    return rows.map(({ name }) => name);
  }

  async unfinished(): Promise<number> {
    const [row] = await this.home.sql<{ count: number }>(
      `select count(*)::int as count from holdfast.runs where state in ('pending', 'running', 'waiting')`,
    );
    return row!.count;
  }

  /** The id under which a worker executes now: its newest that nobody has declared dead. */
  async executorOf(worker: Worker): Promise<string | undefined> {
    const [row] = await this.home.sql<{ id: string }>(
      'select id from holdfast.executors where pid = $1 and stopped_at is null order by started_at desc',
      [worker.pid],
    );
    return row?.id;
  }

  async strike(): Promise<void> {
    await this.crew.disband();
    await this.home.dispose();
    if (this.isApart) await this.rows.dispose();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
