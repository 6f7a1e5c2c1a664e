import { randomInt } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';

// Below the ports that systems give to outgoing connections. From among those, a client that tries to reconnect to a
// stopped server can come to connect to itself, and then the server cannot have its port back.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 30;

/** A port of 127.0.0.1 that nothing listens on at this moment: the preferred one, if that is free. */
export async function freePort(preferred?: number): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const candidate = (tries === 0 && preferred) || randomInt(LOWEST, HIGHEST);
    const port = await listenOnce(candidate).catch(() => undefined);
    if (port !== undefined) return port;
  }
  return listenOnce(0);
}

function listenOnce(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
