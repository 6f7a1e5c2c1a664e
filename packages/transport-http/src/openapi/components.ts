import { RUN_STATES } from '@holdfast/core/internal';
import type { JsonSchema } from './json-schema.js';

const moment = { type: 'string', format: 'date-time' };
const momentOrNull = { type: ['string', 'null'], format: 'date-time' };

/** The shapes that answers have. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Run: {
    type: 'object',
    required: ['id', 'workflow', 'state', 'createdAt', 'startedAt', 'completedAt', 'wakeAt'],
    properties: {
      id: { type: 'string' },
      workflow: { type: 'string' },
      state: { type: 'string', enum: [...RUN_STATES] },
      createdAt: moment,
      startedAt: momentOrNull,
      completedAt: momentOrNull,
      wakeAt: { ...momentOrNull, description: 'When it goes on, if it waits for a moment in time.' },
    },
  },
  Outcome: {
    type: 'object',
    required: ['id', 'state'],
    properties: {
      id: { type: 'string' },
      state: { type: 'string', enum: ['succeeded', 'failed', 'cancelled'] },
      result: { description: 'What the workflow returned, if it succeeded.' },
      error: {
        type: 'object',
        description: 'Why it did not succeed.',
        required: ['code'],
        properties: { code: { type: ['string', 'null'] }, message: { type: 'string' } },
      },
    },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457, with a stable code.',
    required: ['title', 'status', 'code', 'detail'],
    properties: {
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string' },
      detail: { type: 'string' },
      issues: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'message'],
          properties: { path: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
  },
};

export function ref(schema: string): JsonSchema {
  return { $ref: `#/components/schemas/${schema}` };
}

export function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}

/** What any request may be answered with. */
export const PROBLEM = {
  description: 'It could not be done.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};
