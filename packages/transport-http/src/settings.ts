import { durationMs, HoldfastError, silentLogger } from '@holdfast/core/internal';
import { Exposure } from './exposure.js';
import type { HttpApi, HttpApp, HttpOptions } from './options.js';
import { Places } from './places.js';
import type { Server } from './routes/server.js';

/**
 * What the options of a handler come to, with every default filled in.
 *
 * @throws HoldfastError INVALID_OPTION, INVALID_DURATION, UNKNOWN_WORKFLOW.
 */
export function serverOf(app: HttpApp, options: HttpOptions & HttpApi): Server {
  const { maxBodyBytes = 2 ** 20, maxBodyDepth = 64, concurrency = 1000, readers = 10_000 } = options;
  return {
    app,
    exposure: new Exposure(options),
    limits: {
      maxBodyBytes: positive(maxBodyBytes, 'maxBodyBytes'),
      maxBodyDepth: positive(maxBodyDepth, 'maxBodyDepth'),
    },
    writers: new Places(positive(concurrency, 'concurrency')),
    readers: new Places(positive(readers, 'readers')),
    basePath: checkedPath(options.basePath ?? ''),
    longestWaitMs: duration(options.longestWait ?? '30s', 'longestWait'),
    heartbeatMs: duration(options.heartbeat ?? '15s', 'heartbeat'),
    showError: options.showError ?? (() => undefined),
    logger: options.logger ?? silentLogger,
    openapi: options.openapi ?? {},
  };
}

/** @throws HoldfastError INVALID_OPTION without one. */
export function checkedAuthorize({ authorize }: HttpOptions): HttpOptions['authorize'] {
  if (typeof authorize === 'function') return authorize;
  throw new HoldfastError(
    'INVALID_OPTION',
    'The HTTP handler was not told who may do what. Give it { authorize: (request, access) => … }; ' +
      '{ authorize: () => true } lets everybody in.',
  );
}

function positive(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new HoldfastError(
    'INVALID_OPTION',
    `${name} of the HTTP handler is ${String(value)}; it must be a whole number from 1.`,
  );
}

function duration(value: number | string, name: string): number {
  const what = `${name} of the HTTP handler`;
  const ms = durationMs(value, what);
  if (ms > 0) return ms;
  throw new HoldfastError('INVALID_OPTION', `The ${what} is 0; it must be longer.`);
}

/** A path without a slash at its end: `''` for the root. */
function checkedPath(path: string): string {
  if (path === '' || path === '/') return '';
  if (/^(\/[\w.~-]+)+\/?$/.test(path)) return path.replace(/\/$/, '');
  throw new HoldfastError(
    'INVALID_OPTION',
    `basePath of the HTTP handler is ${JSON.stringify(path)}; it must be a path such as '/api/runs'.`,
  );
}
