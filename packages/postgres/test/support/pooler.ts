import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/embedded/free-port.js';
import { serverUser } from '../../src/embedded/system-user.js';
import { ending } from './child.js';
import { openClient } from './sessions.js';

/** A PgBouncer in front of a server. */
export interface Pooler {
  /** The same url, by way of the pooler. */
  url(original: string): string;
  /** Kills it as `kill -9` does. All its connections break. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

export interface PoolerOptions {
  /** Default `transaction`: each transaction of a client gets another of the server's connections. */
  readonly mode?: 'transaction' | 'session';
  /** How many of the server's connections there are for each database. Default 20. */
  readonly poolSize?: number;
}

const START_PATIENCE_MS = 20_000;

// Debian keeps it where only administrators look.
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };

/** Whether there is a PgBouncer on this machine. */
export const hasPooler = spawnSync('pgbouncer', ['--version'], { env, stdio: 'ignore' }).status === 0;

/** Starts a PgBouncer in front of a server, whose user everyone becomes. */
export async function startPooler(serverUrl: string, options: PoolerOptions = {}): Promise<Pooler> {
  const dir = await mkdtemp('/tmp/holdfast-pooler-');
  await chmod(dir, 0o755);
  const port = await freePort();
  const file = join(dir, 'pgbouncer.ini');
  await writeFile(file, configuration(serverUrl, port, options));
  const pooler = new BouncerProcess(dir, file, port, serverUrl);
  await pooler.start();
  return pooler;
}

function configuration(serverUrl: string, port: number, options: PoolerOptions): string {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const login = password ? `user=${username} password=${decodeURIComponent(password)}` : `user=${username}`;
  return `
[databases]
* = host=${hostname} port=${serverPort || 5432} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${options.mode ?? 'transaction'}
default_pool_size = ${options.poolSize ?? 20}
max_client_conn = 2000
log_connections = 0
log_disconnections = 0
`;
}

class BouncerProcess implements Pooler {
  readonly #dir: string;
  readonly #file: string;
  readonly #port: number;
  readonly #serverUrl: string;
  #child: ChildProcess | undefined;
  readonly #killAtExit = (): void => void this.#child?.kill('SIGKILL');

  constructor(dir: string, file: string, port: number, serverUrl: string) {
    this.#dir = dir;
    this.#file = file;
    this.#port = port;
    this.#serverUrl = serverUrl;
    process.once('exit', this.#killAtExit);
  }

  url(original: string): string {
    const url = new URL(original);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  async start(): Promise<void> {
    // It refuses to run as root.
    const child = spawn('pgbouncer', [this.#file], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...serverUser(),
    });
    this.#child = child;
    const said: string[] = [];
    child.stderr.on('data', (chunk) => said.push(String(chunk)));
    const deadlineMs = Date.now() + START_PATIENCE_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadlineMs)
        throw new Error(`no PgBouncer: ${said.join('')}`);
      await delay(20);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = ending(child);
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    process.off('exit', this.#killAtExit);
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    try {
      const client = await openClient(this.url(this.#serverUrl));
      await client.end();
      return true;
    } catch {
      return false;
    }
  }
}
