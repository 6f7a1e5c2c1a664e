import { createServer, type Server } from 'node:http';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { NextRequest } from 'next/server.js';
import { type HttpHandler, honoHandler, nextHandlers } from '../../src/index.js';
import {
  closeServer,
  expressMiddleware,
  fastifyPlugin,
  koaMiddleware,
  nodeListener,
} from '../../src/node.js';
import { addressOf, listen } from './listen.js';

/** A server of a framework, with the handler in it. */
export interface Mounted {
  /** Without the base path. */
  readonly address: string;
  /** Closes it with the handler. */
  close(): Promise<void>;
}

/** How each framework is told of the handler. Each has a page of its own at `/own`. */
export const FRAMEWORKS: Readonly<Record<string, (handler: HttpHandler) => Promise<Mounted>>> = {
  "Node's http": async (handler) => {
    const ours = nodeListener(handler);
    const server = createServer((request, response) => {
      if (request.url === '/own') response.end('own');
      else ours(request, response);
    });
    return { address: await listen(server), close: () => closeServer(server, handler) };
  },

  Express: async (handler) => {
    const app = express();
    app.use(expressMiddleware(handler));
    app.get('/own', (_request, response) => void response.send('own'));
    const server = createServer((request, response) => void app(request, response));
    return { address: await listen(server), close: () => closeServer(server, handler) };
  },

  'Express, in a router and after a parser of bodies': async (handler) => {
    const app = express();
    app.use(express.json({ strict: false }));
    app.get('/own', (_request, response) => void response.send('own'));
    app.use('/api/runs', expressMiddleware(handler));
    const server = createServer((request, response) => void app(request, response));
    return { address: await listen(server), close: () => closeServer(server, handler) };
  },

  Fastify: async (handler) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyPlugin(handler));
    app.get('/own', async () => 'own');
    app.post('/parsed', async (request) => ({ got: request.body }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { address: addressOf(app.server), close: () => app.close() };
  },

  Hono: async (handler) => {
    const app = new Hono();
    app.all('/api/runs/*', honoHandler(handler));
    app.get('/own', (context) => context.text('own'));
    const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made));
    });
    return {
      address: addressOf(server),
      close: () => closeServer(server as Server, handler),
    };
  },

  Koa: async (handler) => {
    const app = new Koa();
    app.use(koaMiddleware(handler));
    app.use((context) => {
      context.body = 'own';
    });
    const serve = app.callback();
    const server = createServer((request, response) => void serve(request, response));
    return { address: await listen(server), close: () => closeServer(server, handler) };
  },

  // Next's own server is another matter; its requests are real.
  'Next.js route handlers': async (handler) => {
    const { GET, POST } = nextHandlers(handler);
    const routes = { GET, POST } as Readonly<Record<string, (request: Request) => Promise<Response>>>;
    const server = createServer(
      nodeListener((request) => {
        if (new URL(request.url).pathname === '/own') return new Response('own');
        const { method, url, headers, signal, body } = request;
        return routes[method]!(
          new NextRequest(url, { method, headers, signal, body, ...(body && { duplex: 'half' }) }),
        );
      }),
    );
    return { address: await listen(server), close: () => closeServer(server, handler) };
  },
};
