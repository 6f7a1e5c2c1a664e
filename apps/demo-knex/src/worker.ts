import { Holdfast, isHoldfastError } from '@holdfast/core';
import { postgres } from '@holdfast/orm-knex';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { closeDatabase, url } from './database.js';
import { checkout, findOrder } from './shop.js';

const app = new Holdfast({ store: postgres(url), workflows: [checkout] });
await app.launch();

const http = new Hono();

// The order's id is the run's id: who asks twice buys once.
http.post('/checkout', async (c) => {
  const order = await c.req.json();
  const run = await app.start(checkout, [order], { id: order?.id });
  return c.json({ id: run.id, run: await run.status() }, 202);
});

http.get('/orders/:id', async (c) => {
  const { id, state, output } = await app.runs.get(c.req.param('id'));
  return c.json({ id, run: state, receipt: output, order: await findOrder(id) });
});

http.get('/health', (c) => c.json({ executor: app.executorId }));

http.onError((error, c) => {
  if (isHoldfastError(error, 'RUN_NOT_FOUND')) return c.json({ error: error.message }, 404);
  const isTheirs = isHoldfastError(error, 'INVALID_INPUT') || error instanceof SyntaxError;
  if (isTheirs) return c.json({ error: error.message }, 400);
  console.error(error);
  return c.json({ error: 'The shop has a problem of its own' }, 500);
});

const port = Number(process.env.PORT ?? 3000);
const server = serve({ fetch: http.fetch, hostname: '127.0.0.1', port }, (address) =>
  console.log(`The shop is open at http://127.0.0.1:${address.port} (process ${process.pid})`),
);

await new Promise<void>((asked) => {
  process.on('SIGINT', () => asked());
  process.on('SIGTERM', () => asked());
});
server.close();
await app.shutdown();
await closeDatabase();
