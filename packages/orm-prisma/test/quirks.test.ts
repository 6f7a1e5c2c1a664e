import { createRegistry, Holdfast, type HoldfastOptions, type Registry, workflow } from '@holdfast/core';
import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/internal';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { postgres, prismaSteps } from '../src/index.js';
import { prismaAdapter } from '../src/prisma-adapter.js';
import { prismaState } from '../src/prisma-errors.js';
import { Prisma, PrismaClient } from './generated/client.js';

const LIMITS = { maxWait: 5000, timeout: 20_000 };

let database: TestDatabase;
let prisma: PrismaClient;

beforeAll(async () => {
  database = await createTestDatabase(inject('serverUrl'));
  prisma = clientTo(database.url);
  await prisma.$executeRawUnsafe('create table item (id serial primary key, name text not null)');
  await prisma.$executeRawUnsafe(
    'create table account (name text primary key, balance int not null default 0)',
  );
  await prisma.$executeRawUnsafe(
    'create table late (id int unique deferrable initially deferred, tags text[], data jsonb)',
  );
});

afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});

function clientTo(connectionString: string, max = 10): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString, max }) });
}

/** Runs SQL text as core does. */
function run(statement: string, values: (string | number | boolean | null)[] = []) {
  const adapter = prismaAdapter(prisma, LIMITS);
  return adapter.transaction({}, (tx) => adapter.run(tx, statement, values));
}

async function items(): Promise<string[]> {
  return (await prisma.item.findMany({ orderBy: { id: 'asc' } })).map(({ name }) => name);
}

/** Runs a step in a run of its own, and gives its result as the journal has it. */
async function once(
  registry: Registry,
  step: () => Promise<unknown>,
  classes: HoldfastOptions['classes'] = [],
): Promise<unknown> {
  const made = workflow('once', { registry }, step);
  const app = new Holdfast({ store: postgres(database.url), registry, workflows: [made], classes });
  await app.launch();
  try {
    const handle = await app.start(made, []);
    await handle.result();
    return (await app.runs.steps(handle.id))[0]?.output;
  } finally {
    await app.shutdown();
  }
}

/** The SQLSTATE of what a piece of work throws. */
async function stateOf(work: Promise<unknown>): Promise<string | undefined> {
  return prismaState(
    await work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
}

describe('SQL text with parameters', () => {
  test('parameters may come in any order, and more than once', async () => {
    expect(await run('select $2::text as b, $1::int as a, $2::text as c', [1, 'x'])).toEqual([
      { a: 1, b: 'x', c: 'x' },
    ]);
  });

  test('values keep their types: text that looks like something else, numbers, booleans, null and JSON', async () => {
    const statement =
      'select $1::text as t, $2::int as i, $3::boolean as b, $4::text as n, $5::text::json as j, $6::text as d';
    expect(await run(statement, ['{}', 7, false, null, '{"a":[1,null]}', '2024-02-29T12:00:00Z'])).toEqual([
      { t: '{}', i: 7, b: false, n: null, j: { a: [1, null] }, d: '2024-02-29T12:00:00Z' },
    ]);
  });
});

describe('the SQLSTATE of an error', () => {
  test('of a query, of a raw one, and of the commit', async () => {
    const twice = { data: { name: 'twice' } };
    await prisma.account.create(twice);
    expect(await stateOf(prisma.account.create(twice))).toBe('23505');
    expect(await stateOf(prisma.$executeRawUnsafe("insert into account values ('twice')"))).toBe('23505');
    const late = prisma.$transaction(async (t) => t.$executeRawUnsafe('insert into late values (1), (1)'));
    expect(await stateOf(late)).toBe('23505');
  });

  test('of a server that is not there', async () => {
    const nowhere = clientTo('postgres://postgres@127.0.0.1:1/postgres');
    expect(await stateOf(nowhere.$transaction(async () => 1))).toBe('08001');
  });

  test('of a connection that is not free in time, or no more', async () => {
    const small = clientTo(database.url, 1);
    const hold = small.$transaction(async (t) => {
      expect(await stateOf(small.$transaction(async () => 1, { maxWait: 100 }))).toBe('53300');
      return stateOf(t.$queryRawUnsafe('select pg_terminate_backend(pg_backend_pid())::text'));
    });
    expect(await stateOf(hold)).toBe('08006');
    await small.$disconnect();
  });

  test.each([
    ['P1001', '08001'],
    ['P1002', '08001'],
    ['P1008', '08006'],
    ['P1017', '08006'],
    ['P2024', '53300'],
    ['P2034', '40001'],
  ])("of Prisma's own code %s", (code, state) => {
    const error = new Prisma.PrismaClientKnownRequestError('…', { code, clientVersion: '7' });
    expect(prismaState(error)).toBe(state);
  });

  test.each([
    ['ConnectionClosed', '08006'],
    ['DatabaseNotReachable', '08001'],
    ['SocketTimeout', '08006'],
  ])("of the driver adapter's own kind %s", (kind, state) => {
    expect(prismaState(Object.assign(new Error('…'), { cause: { kind } }))).toBe(state);
  });

  test('of an error that has none', () => {
    for (const error of [new Error('no'), undefined, 'text', { code: '40001' }])
      expect(prismaState(error)).toBeUndefined();
  });
});

describe('in a step', () => {
  test('JSON and arrays are written and come back, and are recorded', async () => {
    const registry = createRegistry();
    const tx = prismaSteps(prisma, { registry });
    const write = tx('write', async (t) => {
      await t.$executeRaw`insert into late values (7, ${['a', 'b, "c"']}, ${{ a: [1, null] }}::jsonb)`;
      return t.$queryRaw`select tags, data, 12::bigint as big, now() at time zone 'utc' < now() + interval '2 days' as is from late where id = 7`;
    });
    expect(await once(registry, write)).toEqual([
      { tags: ['a', 'b, "c"'], data: { a: [1, null] }, big: 12n, is: true },
    ]);
  });

  test("Prisma's decimals are recorded if the app knows how", async () => {
    const look = (classes: HoldfastOptions['classes']) => {
      const registry = createRegistry();
      const price = async (t: Prisma.TransactionClient): Promise<Prisma.Decimal> => {
        const [row] = await t.$queryRaw<{ price: Prisma.Decimal }[]>`select 10.50::numeric as price`;
        return row!.price;
      };
      return once(registry, prismaSteps(prisma, { registry })('look', price), classes);
    };
    await expect(look([])).rejects.toMatchObject({ code: 'UNRECORDABLE_VALUE' });
    const decimals = {
      name: 'Decimal',
      is: (value: unknown) => Prisma.Decimal.isDecimal(value),
      encode: (value: unknown) => String(value),
      decode: (recorded: unknown) => new Prisma.Decimal(recorded as string),
    };
    const seen = await look([decimals]);
    expect(Prisma.Decimal.isDecimal(seen) && seen.times(2).toString()).toBe('21');
  });

  test('a savepoint that is rolled back takes only its own rows with it', async () => {
    const registry = createRegistry();
    const tx = prismaSteps(prisma, { registry });
    const write = tx('write', async (t) => {
      await t.item.create({ data: { name: 'kept' } });
      await t
        .$transaction(async (inner) => {
          await inner.item.create({ data: { name: 'lost' } });
          throw new Error('undo');
        })
        .catch(() => undefined);
    });
    await once(registry, write);
    expect(await items()).toEqual(['kept']);
  });

  test('an extended client can be used, with its extensions', async () => {
    const registry = createRegistry();
    const extended = prisma.$extends({
      model: { item: { shout: (name: string) => name.toUpperCase() } },
      query: {
        item: { create: ({ args, query }) => query({ ...args, data: { name: `${args.data.name}!` } }) },
      },
    });
    const tx = prismaSteps(extended, { registry });
    const write = tx('write', async (t) => {
      await t.item.create({ data: { name: t.item.shout('extended') } });
    });
    await once(registry, write);
    expect(await items()).toContain('EXTENDED!');
  });

  test('no free connection in time is no outcome: the step waits on', async () => {
    const registry = createRegistry();
    const small = clientTo(database.url, 1);
    const tx = prismaSteps(small, { registry, maxWaitMs: 100 });
    const slow = tx('slow', async (t, name: string) => {
      await t.$queryRaw`select pg_sleep(0.3)::text`;
      return name;
    });
    const all = workflow('all', { registry }, () => Promise.all([slow('a'), slow('b'), slow('c')]));
    const app = new Holdfast({ store: postgres(database.url), registry, workflows: [all] });
    await app.launch();
    expect(await (await app.start(all, [])).result()).toEqual(['a', 'b', 'c']);
    await app.shutdown();
    await small.$disconnect();
  });

  test("a transaction that exceeds Prisma's own limit fails the step, and leaves nothing", async () => {
    const registry = createRegistry();
    const tx = prismaSteps(prisma, { registry, timeoutMs: 100 });
    const slow = tx('slow', async (t) => {
      await t.item.create({ data: { name: 'too slow' } });
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await expect(once(registry, slow)).rejects.toMatchObject({ code: 'P2028' });
    expect(await items()).not.toContain('too slow');
  });
});
