import { setTimeout as delay } from 'node:timers/promises';
import { startWireProxy, type WireProxy } from '@holdfast/postgres/internal';

/** A proxy in front of a database that counts what goes to it. */
export async function counted(url: string): Promise<{ readonly proxy: WireProxy; readonly url: string }> {
  const { hostname, port } = new URL(url);
  const proxy = await startWireProxy({ host: hostname, port: Number(port || 5432) });
  return { proxy, url: proxy.url(url) };
}

/** Waits until nothing is on the wire: what an app does on launch is over. */
export async function quiet(proxy: WireProxy): Promise<void> {
  for (let before = -1; before !== proxy.roundTrips; ) {
    before = proxy.roundTrips;
    await delay(200);
  }
}
