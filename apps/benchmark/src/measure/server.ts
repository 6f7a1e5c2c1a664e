import { readdirSync, readFileSync } from 'node:fs';
import pg, { type ClientBase } from 'pg';

/** What the server has done so far. */
export interface Counters {
  readonly commits: number;
  readonly walBytes: number;
  /** Of all its processes that are alive, in milliseconds. */
  readonly cpuMs: number;
}

/** Jiffies in a second, as Linux reports them to every program. */
const JIFFIES = 100;

/** Sessions report what they did at most this late. */
const REPORT_MS = 1200;

/** Reads the counters, when all sessions have reported. */
export async function readCounters(url: string, postmaster: number): Promise<Counters> {
  await new Promise((resolve) => setTimeout(resolve, REPORT_MS));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `select xact_commit::float8 as commits, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal
     from pg_stat_database where datname = current_database()`,
  );
  await client.end();
  return { commits: rows[0].commits, walBytes: rows[0].wal, cpuMs: cpuOf(postmaster) };
}

/** What of it can be told at once, on a connection that stays open. */
export async function readNow(client: ClientBase, postmaster: number): Promise<Omit<Counters, 'commits'>> {
  const { rows } = await client.query(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal`);
  return { walBytes: rows[0].wal, cpuMs: cpuOf(postmaster) };
}

/** The CPU time of a process and its children, those that ended included. */
function cpuOf(parent: number): number {
  let jiffies = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(pid);
    if (!stat) continue;
    if (Number(pid) === parent) jiffies += stat.own + stat.children;
    else if (stat.parent === parent) jiffies += stat.own;
  }
  return (jiffies * 1000) / JIFFIES;
}

function statOf(
  pid: string,
): { readonly parent: number; readonly own: number; readonly children: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (n: number): number => Number(fields[n - 3]);
    return { parent: at(4), own: at(14) + at(15), children: at(16) + at(17) };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
