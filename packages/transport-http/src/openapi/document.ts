import { MAIL } from '@holdfast/core/internal';
import type { Exposure } from '../exposure.js';
import { SCHEMAS } from './components.js';
import type { JsonSchema } from './json-schema.js';
import {
  eventOperation,
  RUN_OPERATIONS,
  sendOperation,
  startOperation,
  streamOperation,
} from './operations.js';
import type { OpenApiOptions } from './options.js';

/** What can be reached, as an OpenAPI 3.1 document. */
export function openApiDocument(
  { workflows, channels, events, streams }: Exposure,
  options: OpenApiOptions & { readonly basePath: string },
): JsonSchema {
  const { basePath, title = 'Runs', version = '1', description, securitySchemes = {} } = options;
  const under = (path: string, name: string): string => `${path}/${encodeURIComponent(name)}`;
  return {
    openapi: '3.1.0',
    info: { title, version, ...(description !== undefined && { description }) },
    servers: [{ url: basePath || '/' }],
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    paths: {
      ...Object.fromEntries(
        workflows.map((one) => [`${under('/workflows', one.name)}/runs`, { post: startOperation(one) }]),
      ),
      ...RUN_OPERATIONS,
      ...Object.fromEntries(
        channels.map(([name, { [MAIL]: channel }]) => [
          under('/runs/{runId}/channels', name),
          { post: sendOperation(name, channel.schema) },
        ]),
      ),
      ...Object.fromEntries(
        events.map(([name]) => [under('/runs/{runId}/events', name), { get: eventOperation(name) }]),
      ),
      ...Object.fromEntries(
        streams.map(([name]) => [under('/runs/{runId}/streams', name), { get: streamOperation(name) }]),
      ),
    },
    components: { schemas: SCHEMAS, securitySchemes },
  };
}
