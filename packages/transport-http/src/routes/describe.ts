import { jsonResponse } from '../json-response.js';
import { openApiDocument } from '../openapi/document.js';
import type { Route } from './server.js';

/** What can be done here, as OpenAPI says it. */
export const describe: Route = async ({ exposure, basePath, openapi }) =>
  jsonResponse(openApiDocument(exposure, { basePath, ...openapi }));
