import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runTransportWorker } from '@holdfast/conformance/transport-worker';
import { postgres } from '@holdfast/postgres';
import { httpHandler } from '../../src/index.js';
import { nodeListener } from '../../src/node.js';

await runTransportWorker({
  postgres,
  async receive({ app, workflow, mostAtOnce }) {
    const handler = httpHandler(app, {
      workflows: { 'take-in': { workflow, needsKey: true } },
      authorize: () => true,
      concurrency: mostAtOnce,
    });
    const server = createServer(nodeListener(handler));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      address: `http://127.0.0.1:${port}`,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve));
        await handler.close();
        await closed;
      },
    };
  },
});
