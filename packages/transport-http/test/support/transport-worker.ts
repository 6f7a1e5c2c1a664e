import { createServer } from 'node:http';
import { runTransportWorker } from '@holdfast/conformance/transport-worker';
import { postgres } from '@holdfast/postgres';
import { httpHandler } from '../../src/index.js';
import { closeServer, nodeListener } from '../../src/node.js';
import { listen } from './listen.js';

await runTransportWorker({
  postgres,
  async receive({ app, workflow, mostAtOnce }) {
    const handler = httpHandler(app, {
      workflows: { 'take-in': { workflow, needsKey: true } },
      authorize: () => true,
      concurrency: mostAtOnce,
    });
    const server = createServer(nodeListener(handler));
    return {
      address: await listen(server),
      close: () => closeServer(server, handler),
    };
  },
});
