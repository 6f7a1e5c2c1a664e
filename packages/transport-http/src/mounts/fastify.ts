import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../handler.js';
import { nodeListener } from './listener.js';

/** What is used of Fastify. */
interface FastifyLike {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): void;
  all(
    path: string,
    serve: (
      request: { readonly raw: IncomingMessage },
      reply: { readonly raw: ServerResponse; hijack(): unknown },
    ) => void,
  ): unknown;
  addHook(name: 'preClose', hook: () => Promise<void>): unknown;
}

/**
 * A plugin for Fastify. Its prefix is the handler's base path; when Fastify closes, so does the handler.
 *
 * @example
 * const fastify = makeFastify({ forceCloseConnections: true });   // or it waits a minute for connections nobody uses
 * await fastify.register(fastifyPlugin(handler));
 */
export function fastifyPlugin(handler: HttpHandler): (fastify: FastifyLike) => Promise<void> {
  const listener = nodeListener(handler);
  return async (fastify) => {
    // Bodies are the handler's to read, with its own limits.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const path of [handler.basePath || '/', `${handler.basePath}/*`]) {
      fastify.all(path, (request, reply) => {
        reply.hijack();
        listener(request.raw, reply.raw);
      });
    }
    fastify.addHook('preClose', async () => {
      await handler.close();
      // What was answered last is on its way.
      await new Promise((resolve) => setImmediate(resolve));
    });
  };
}
