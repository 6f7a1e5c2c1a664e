import type { Logger } from '@holdfast/core/internal';
import type { Grant } from '../access.js';
import type { BodyLimits } from '../body.js';
import type { Exposure } from '../exposure.js';
import type { OpenApiOptions } from '../openapi/options.js';
import type { HttpApp, HttpOptions } from '../options.js';
import type { Places } from '../places.js';

/** What all routes are served with. */
export interface Server {
  readonly app: HttpApp;
  readonly exposure: Exposure;
  readonly limits: BodyLimits;
  /** For those that write. */
  readonly writers: Places;
  /** For those that wait. */
  readonly readers: Places;
  /** Where it is mounted; without a slash at the end. */
  readonly basePath: string;
  readonly longestWaitMs: number;
  readonly heartbeatMs: number;
  readonly showError: NonNullable<HttpOptions['showError']>;
  readonly logger: Logger;
  readonly openapi: OpenApiOptions;
}

/** A request that was let in. */
export interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly grant: Grant;
  /** Aborted when nobody wants the answer. */
  readonly signal: AbortSignal;
  /** Keeps the handler from closing until what it gives is called: for an answer that goes on. */
  readonly hold: () => () => void;
  /** What stands in its address: the name of what is meant, and the run. */
  readonly name: string;
  readonly runId: string;
}

/** Serves one sort of request. Throws what is answered as a problem. */
export type Route = (server: Server, asked: Asked) => Promise<Response>;
