import { createServer, type RequestListener } from 'node:http';
import type { HttpOptions } from '../../src/index.js';
import { closeServer, nodeListener } from '../../src/node.js';
import { listen } from './listen.js';
import { type Shop, withShop } from './shop.js';

/** What stands between a client and the handler: it may answer itself, or cut the line. */
export type Between = (
  pass: RequestListener,
  ...exchange: Parameters<RequestListener>
) => void | Promise<void>;

/** A shop on a real socket. `between` may be changed while it serves. */
export async function serving(
  work: (shop: Shop & { readonly url: string; between: Between | undefined }) => Promise<void>,
  options: Partial<HttpOptions> = {},
): Promise<void> {
  await withShop(async (shop) => {
    const pass = nodeListener(shop.handler);
    const server = createServer((request, response) => {
      if (served.between) void served.between(pass, request, response);
      else pass(request, response);
    });
    const served = Object.assign(shop, {
      url: await listen(server),
      between: undefined as Between | undefined,
    });
    try {
      await work(served);
    } finally {
      await closeServer(server, shop.handler);
    }
  }, options);
}
