import type { StandardSchema } from '@holdfast/core/internal';
import type { Exposed } from '../exposure.js';
import { json, PROBLEM, ref } from './components.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';

const RUN_ID = { name: 'runId', in: 'path', required: true, schema: { type: 'string' } };
const WAIT = {
  name: 'wait',
  in: 'query',
  description:
    "How long to wait for it: '20s'. Default: not at all. Cut to the longest that the server waits.",
  schema: { type: 'string' },
};

function idempotencyKey(required: boolean): JsonSchema {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required,
    description: 'A text of your own making. The same one again, with the same body, is the same request.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
}

function operation(
  operationId: string,
  summary: string,
  rest: JsonSchema,
  responses: JsonSchema,
): JsonSchema {
  // One that redocly and generators of clients take as a name in any language.
  const id = operationId.replaceAll(/[^A-Za-z0-9_]+/g, '_');
  return { operationId: id, summary, ...rest, responses: { ...responses, '4XX': PROBLEM, '5XX': PROBLEM } };
}

function answer(description: string, schema: JsonSchema): JsonSchema {
  return { description, content: json(schema) };
}

const events = (schema: JsonSchema): JsonSchema => ({
  'text/event-stream': { schema: { type: 'string' } },
  ...json(schema),
});

export function startOperation({ name, definition, args, needsKey = false }: Exposed): JsonSchema {
  const isRequired = definition.input !== undefined && !args;
  const schema = args ? {} : jsonSchemaOf(definition.input);
  return operation(
    `start_${name}`,
    `Starts a run of ${name}`,
    { parameters: [idempotencyKey(needsKey)], requestBody: { required: isRequired, content: json(schema) } },
    { 202: answer('It is recorded, and will run to its end.', ref('Run')) },
  );
}

export function sendOperation(name: string, schema: StandardSchema | undefined): JsonSchema {
  return operation(
    `send_${name}`,
    `Sends a message on ${name}`,
    {
      parameters: [RUN_ID, idempotencyKey(false)],
      requestBody: { required: true, content: json(jsonSchemaOf(schema)) },
    },
    { 204: { description: 'It is recorded, and the run will receive it.' } },
  );
}

export function eventOperation(name: string): JsonSchema {
  return operation(
    `event_${name}`,
    `The event ${name}, or as it changes by server-sent events`,
    { parameters: [RUN_ID, WAIT, lastEventId] },
    {
      200: {
        description: 'Its value.',
        content: events({ type: 'object', required: ['value'], properties: { value: {} } }),
      },
      204: { description: 'It is not set yet; or, of events that are followed, there is nothing more.' },
    },
  );
}

export function streamOperation(name: string): JsonSchema {
  const entry = {
    type: 'object',
    required: ['position', 'value'],
    properties: { position: { type: 'integer', minimum: 0 }, value: {} },
  };
  const part = {
    type: 'object',
    required: ['entries', 'isLast'],
    properties: { entries: { type: 'array', items: entry }, isLast: { type: 'boolean' } },
  };
  const from = {
    name: 'from',
    in: 'query',
    description: 'The position of the first value that is wanted. Default 0.',
    schema: { type: 'integer', minimum: 0 },
  };
  return operation(
    `stream_${name}`,
    `The values of the stream ${name}, or as they come by server-sent events`,
    { parameters: [RUN_ID, from, WAIT, lastEventId] },
    {
      200: { description: 'Values, in their order.', content: events(part) },
      204: { description: 'Of a stream that is followed: there is nothing more.' },
    },
  );
}

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'Of server-sent events: the id of the last one that the reader has.',
  schema: { type: 'string' },
};

/** What can be done with any run. */
export const RUN_OPERATIONS: Readonly<Record<string, JsonSchema>> = {
  '/runs/{runId}': {
    get: operation(
      'status',
      'Where a run stands',
      { parameters: [RUN_ID] },
      { 200: answer('The run.', ref('Run')) },
    ),
  },
  '/runs/{runId}/result': {
    get: operation(
      'result',
      'How a run came out',
      { parameters: [RUN_ID, WAIT] },
      { 200: answer('It has ended.', ref('Outcome')), 202: answer('It has not ended yet.', ref('Run')) },
    ),
  },
  '/runs/{runId}/cancel': {
    post: operation(
      'cancel',
      'Cancels a run',
      {
        parameters: [RUN_ID],
        requestBody: {
          required: true,
          content: json({ type: 'object', properties: { children: { type: 'boolean', default: false } } }),
        },
      },
      {
        200: answer('Whether it was: one that has ended is not.', {
          type: 'object',
          required: ['cancelled'],
          properties: { cancelled: { type: 'boolean' } },
        }),
      },
    ),
  },
};
