import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findPostmaster, stopPostmaster } from '../../src/embedded/postmaster.js';
import { EmbeddedProcess } from './embedded-process.js';

/** An empty project folder for one test, and the processes that the test starts in it. */
export class Project {
  readonly root: string;
  private readonly processes: EmbeddedProcess[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<Project> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-project-')));
    await chmod(root, 0o755);
    return new Project(root);
  }

  get dir(): string {
    return join(this.root, '.holdfast');
  }

  get data(): string {
    return join(this.dir, 'postgres');
  }

  /** The pid of the server, if one runs. */
  get serverPid(): number | undefined {
    return findPostmaster(this.data)?.pid;
  }

  async process(cwd?: string): Promise<EmbeddedProcess> {
    const made = await EmbeddedProcess.begin(this.dir, cwd);
    this.processes.push(made);
    return made;
  }

  /** Ends the processes and the server. The data stays. */
  async halt(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((each) => each.kill()));
    await stopPostmaster(this.data, 'immediate');
  }

  /** Ends the processes and the server, and deletes all. */
  async remove(): Promise<void> {
    await this.halt();
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** What tells one run of a server from the next. */
export async function startTime(url: string): Promise<string> {
  const [row] = await query<{ at: string }>(url, 'select pg_postmaster_start_time()::text as at');
  return row?.at ?? '';
}

/** Runs one statement as soon as somebody answers at the url. */
export async function untilAnswered<Row extends object>(url: string, text: string): Promise<Row[]> {
  for (;;) {
    try {
      return await query<Row>(url, text);
    } catch (error) {
      if (!COMING.includes((error as { code?: string }).code ?? '')) throw error;
      await delay(10);
    }
  }
}

/** Nobody listens yet, or the server starts, or it breaks at this moment. */
const COMING = ['ECONNREFUSED', 'ECONNRESET', '57P02', '57P03'];
