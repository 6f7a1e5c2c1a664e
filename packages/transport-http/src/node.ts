// For servers on Node: its own, and frameworks on top of it.

export { closeServer } from './mounts/close-server.js';
export { expressMiddleware } from './mounts/express.js';
export { fastifyPlugin } from './mounts/fastify.js';
export { koaMiddleware } from './mounts/koa.js';
export { type FetchHandler, nodeListener } from './mounts/listener.js';
