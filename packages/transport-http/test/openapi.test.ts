import { createRegistry, Holdfast, memoryStore, workflow } from '@holdfast/core';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { httpHandler } from '../src/index.js';
import { withShop } from './support/shop.js';

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly required?: boolean }[];
  readonly requestBody: {
    readonly required: boolean;
    readonly content: { readonly 'application/json': { readonly schema: unknown } };
  };
}

/** What a linter finds wrong with a document. */
async function findings(document: unknown): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended-strict'], rules: { 'info-license': 'off' } });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  return found.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`);
}

describe('the OpenAPI document', () => {
  const openapi = {
    title: 'Shop',
    version: '2.1',
    description: 'Orders.',
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
  };

  test('passes the strict rules of a linter', () =>
    withShop(
      async ({ get }) => {
        const document = (await (await get('/openapi.json')).json()) as Document;
        expect(await findings(document)).toEqual([]);
        expect(document).toMatchObject({
          openapi: '3.1.0',
          info: { title: 'Shop', version: '2.1', description: 'Orders.' },
          servers: [{ url: '/api/runs' }],
          security: [{ bearer: [] }],
        });
      },
      { basePath: '/api/runs', openapi },
    ));

  test('has a linter that finds what is wrong', async () => {
    expect(
      await findings({ openapi: '3.1.0', info: { title: 'x' }, paths: { '/x': { get: {} } } }),
    ).not.toEqual([]);
  });

  test('names all that can be reached, and nothing else', () =>
    withShop(async ({ get }) => {
      const { paths } = (await (await get('/openapi.json')).json()) as Document;
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method} ${path}`),
      );
      expect(operations.sort()).toEqual([
        'get /runs/{runId}',
        'get /runs/{runId}/events/progress',
        'get /runs/{runId}/result',
        'get /runs/{runId}/streams/tokens',
        'post /runs/{runId}/cancel',
        'post /runs/{runId}/channels/approval',
        'post /runs/{runId}/channels/go',
        'post /workflows/add/runs',
        'post /workflows/approve/runs',
        'post /workflows/checkout/runs',
        'post /workflows/once/runs',
        'post /workflows/refuse/runs',
        'post /workflows/tell/runs',
      ]);
      const key = (path: string) =>
        paths[path]!['post']!.parameters.find(({ name }) => name === 'Idempotency-Key');
      expect(key('/workflows/checkout/runs')?.required).toBe(false);
      expect(key('/workflows/once/runs')?.required).toBe(true);
    }));

  const shape = { type: 'object', required: ['item', 'quantity'] };
  const properties = { item: { type: 'string' }, quantity: { type: 'number' } };
  test.each([
    ['zod', z.object({ item: z.string(), quantity: z.number() })],
    ['arktype', type({ item: 'string', quantity: 'number' })],
    [
      'valibot, through its converter',
      toStandardJsonSchema(v.object({ item: v.string(), quantity: v.number() })),
    ],
  ])('says what a workflow takes, by a schema of %s', async (_, input) => {
    const { schema, required } = bodyOf(await documentOf(input as z.ZodType));
    expect(schema).toMatchObject({ ...shape, properties });
    expect(schema).not.toHaveProperty('$schema');
    expect(required).toBe(true);
  });

  test.each([
    ['valibot by itself, which cannot say it', v.object({ item: v.string() })],
    ['zod with a date, of which there is no JSON', z.object({ at: z.date() })],
  ])('takes any value by a schema of %s', async (_, input) => {
    const document = await documentOf(input as z.ZodType);
    expect(bodyOf(document).schema).toEqual({});
    expect((await findings(document)).filter((one) => !/security|info/.test(one))).toEqual([]);
  });

  test('names a workflow by any name there is', async () => {
    const document = await documentOf(z.string(), 'send mail/\u00e4');
    const [[path, { post }]] = Object.entries(document.paths) as [[string, { post: Operation }]];
    expect(path).toBe('/workflows/send%20mail%2F%C3%A4/runs');
    expect(post.operationId).toMatch(/^[A-Za-z0-9_]+$/);
  });
});

function bodyOf({ paths }: Document): { readonly schema: unknown; readonly required: boolean } {
  const { requestBody } = paths['/workflows/take/runs']!['post']!;
  return { schema: requestBody.content['application/json'].schema, required: requestBody.required };
}

async function documentOf(input: z.ZodType, name = 'take'): Promise<Document> {
  const registry = createRegistry();
  const take = workflow('take', { registry, input }, async () => undefined);
  const app = new Holdfast({ store: memoryStore(), registry });
  const handler = httpHandler(app, { workflows: { [name]: take }, authorize: () => true });
  return (await (await handler(new Request('http://shop.test/openapi.json'))).json()) as Document;
}
