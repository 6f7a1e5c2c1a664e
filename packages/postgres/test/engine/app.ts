import { createRegistry, Holdfast, type HoldfastOptions, type Registry } from '@holdfast/core';
import { inject, onTestFinished } from 'vitest';
import { type PostgresOptions, postgres } from '../../src/index.js';
import { createTestDatabase } from '../../src/testing/test-database.js';
import { startWireProxy, type WireProxy } from '../../src/testing/wire-proxy.js';

/** An empty database, deleted after the test. */
export async function database(): Promise<string> {
  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  onTestFinished(drop);
  return url;
}

/** A proxy in front of a database's server, closed after the test. */
export async function proxyTo(url: string): Promise<WireProxy> {
  const { hostname, port } = new URL(url);
  const proxy = await startWireProxy({ host: hostname, port: Number(port || 5432) });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** An app whose workflows `define` puts into a registry of its own. Launched; shut down after the test. */
export async function launch<Defined>(
  url: string,
  define: (registry: Registry) => Defined,
  options: Omit<HoldfastOptions, 'store'> = {},
  storeOptions: PostgresOptions = {},
): Promise<{ app: Holdfast; defined: Defined }> {
  const registry = createRegistry();
  const defined = define(registry);
  const app = new Holdfast({ store: postgres(url, storeOptions), registry, ...options });
  await app.launch();
  onTestFinished(() => app.shutdown({ drain: '1s' }));
  return { app, defined };
}
