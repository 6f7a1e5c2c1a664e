import { setTimeout as delay } from 'node:timers/promises';
import { failed } from './failure.js';
import { freePort } from './free-port.js';
import {
  DataHeld,
  lastPort,
  PortTaken,
  type Postmaster,
  type Server,
  settledPostmaster,
  startPostmaster,
} from './postmaster.js';

const RETRY_MS = 50;

/**
 * Starts a server that nobody else is starting: on the port of its last start, so that addresses stay good, or on a
 * free one if that was taken meanwhile. Waits for what is left of a killed server, until `deadline`; and takes the server
 * that a killed process has just started, if one turns up.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_FAILED with what the server said.
 */
export async function startCluster(server: Server, deadline: number): Promise<Postmaster> {
  let preferred = lastPort(server.data);
  for (;;) {
    try {
      return await startPostmaster(server, await freePort(preferred));
    } catch (error) {
      const isPassing = error instanceof PortTaken || error instanceof DataHeld;
      if (!isPassing) throw error;
      if (Date.now() > deadline)
        throw failed(`it could not start for a minute. ${error.message}`, { data: server.data }, error);
      if (error instanceof PortTaken) preferred = undefined;
      else await delay(RETRY_MS);
      const other = await settledPostmaster(server.data, deadline);
      if (other) return other;
    }
  }
}
