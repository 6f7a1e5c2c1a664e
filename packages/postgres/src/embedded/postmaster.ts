import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLine, isAlive } from '../processes.js';
import { type Binaries, findBinaries, program } from './binaries.js';
import { cannotRun, failed } from './failure.js';
import { serverEnv } from './server-env.js';
import type { SystemUser } from './system-user.js';

/** A server that runs, or is about to run or to stop: the first process of it, as its pid file tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

/** What it takes to start a server on a cluster that exists. */
export interface Server {
  readonly binaries: Binaries;
  readonly data: string;
  /** The file that gets what the server says. */
  readonly log: string;
  readonly user: SystemUser | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

/** The server could not have the port. Another one may do. */
export class PortTaken extends Error {}

/** Another server has the data: one that a killed process has just started, or what is left of a killed server. */
export class DataHeld extends Error {}

const POLL_MS = 10;
const STOP_PATIENCE_MS = 60_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** The server of this data folder, or undefined if there is none: a pid file alone, left by a killed one, is none. */
export function findPostmaster(data: string): Postmaster | undefined {
  const lines = readIfThere(join(data, 'postmaster.pid'))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!pid || !isPostmasterOf(data, pid)) return undefined;
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting' };
}

/** As `findPostmaster`, once the server is neither starting nor stopping, nor recovering. */
export async function settledPostmaster(data: string, deadline: number): Promise<Postmaster | undefined> {
  for (;;) {
    const found = findPostmaster(data);
    if (!found || found.status === 'ready') return found;
    if (Date.now() > deadline) {
      throw failed(`its server (pid ${found.pid}) is still "${found.status}" after a minute.`, {
        data,
        ...found,
      });
    }
    await delay(POLL_MS);
  }
}

/** The port of the last start, also of a server that is gone. */
export function lastPort(data: string): number | undefined {
  const port = /"-p" "(\d+)"/.exec(readIfThere(join(data, 'postmaster.opts')) ?? '')?.[1];
  return port === undefined ? undefined : Number(port);
}

/**
 * Starts the server in a session of its own, so that it outlives this process, and waits until it accepts connections.
 *
 * @throws PortTaken, DataHeld, or HoldfastError EMBEDDED_POSTGRES_FAILED with what the server said.
 */
export async function startPostmaster(server: Server, port: number): Promise<Postmaster> {
  const { binaries, data, log, user, settings } = server;
  removeStalePidFile(data);
  const command = program(binaries, 'postgres');
  const always = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries({ ...always, ...settings }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const logged = startLog(log);
  const output = openSync(log, 'a', 0o600);
  const child = spawn(command, ['-D', data, '-p', String(port), ...options], {
    ...user,
    cwd: parse(command).root,
    env: serverEnv(),
    detached: true,
    stdio: ['ignore', output, output],
    windowsHide: true,
  });
  closeSync(output);
  child.unref();
  let failure: Error | undefined;
  let end: string | undefined;
  child.once('error', (error) => {
    failure = cannotRun(command, error);
  });
  child.once('exit', (code, signal) => {
    end = signal ?? `code ${code}`;
  });
  for (;;) {
    const found = findPostmaster(data);
    if (found?.status === 'ready' && found.pid === child.pid) return found;
    if (failure) throw failure;
    if (end) throw explain(server, readIfThere(log, logged)?.trim() ?? '', end);
    await delay(POLL_MS);
  }
}

/** Postgres takes any live process of its user that the file names for a server, and then does not start. */
function removeStalePidFile(data: string): void {
  if (!findPostmaster(data)) rmSync(join(data, 'postmaster.pid'), { force: true });
}

/**
 * Stops the server, its clients notwithstanding, and waits until it is gone. `fast` ends transactions and writes a
 * checkpoint; `immediate` just ends, and the next start recovers. Nothing happens where no server runs.
 */
export async function stopPostmaster(data: string, mode: 'fast' | 'immediate'): Promise<void> {
  const found = findPostmaster(data);
  if (!found) return;
  await signal(found.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  const deadline = Date.now() + STOP_PATIENCE_MS;
  while (isPostmasterOf(data, found.pid)) {
    await delay(POLL_MS);
    if (Date.now() < deadline) continue;
    throw failed(`its server (pid ${found.pid}) did not stop in a minute.`, { data, ...found });
  }
}

async function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (process.platform !== 'win32') return void process.kill(pid, name);
  // Windows has no signals: Node would end the process. Postgres listens to a pipe of its own instead.
  const command = program(await findBinaries(), 'pg_ctl');
  const { status, error } = spawnSync(command, ['kill', name.slice(3), String(pid)], { windowsHide: true });
  if (status !== 0) throw failed(`pg_ctl could not stop pid ${pid}.`, { pid, status }, error);
}

function isPostmasterOf(data: string, pid: number): boolean {
  const line = isAlive(pid) ? commandLine(pid) : '';
  return line === undefined || `${line} `.includes(` ${data} `);
}

function explain(server: Server, said: string, end: string): Error {
  const isHeld = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(said);
  if (isHeld) return new DataHeld(said);
  if (/could not create any TCP\/IP sockets/.test(said)) return new PortTaken(said);
  const tail = said.split('\n').slice(-8).join('\n');
  return failed(`the server ended with ${end} while it started. ${server.log} has:\n${tail}`, {
    data: server.data,
    log: server.log,
    end,
  });
}

/** Puts a log that has grown large aside, and tells the size of what is left. */
function startLog(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_LIMIT_BYTES) return size;
  renameSync(log, `${log}.old`);
  return 0;
}

function readIfThere(path: string, fromByte = 0): string | undefined {
  try {
    return readFileSync(path).subarray(fromByte).toString();
  } catch {
    return undefined;
  }
}
