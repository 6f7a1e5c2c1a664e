import { expect, test } from 'vitest';
import * as client from '../src/client.js';
import * as index from '../src/index.js';
import * as node from '../src/node.js';

test('each door exports what it says, and nothing else', () => {
  expect(Object.keys(index).sort()).toMatchInlineSnapshot(`
    [
      "honoHandler",
      "httpHandler",
      "nextHandlers",
      "startable",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "closeServer",
      "expressMiddleware",
      "fastifyPlugin",
      "koaMiddleware",
      "nodeListener",
    ]
  `);
  expect(Object.keys(client).sort()).toMatchInlineSnapshot(`
    [
      "HttpClientError",
      "RunFailedError",
      "httpClient",
    ]
  `);
});
