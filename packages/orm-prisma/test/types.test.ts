import type { TransactionalStepMaker } from '@holdfast/core/adapter';
import { PrismaPg } from '@prisma/adapter-pg';
import { describe, expectTypeOf, test } from 'vitest';
import { prismaSteps } from '../src/index.js';
import { type Prisma, PrismaClient } from './generated/client.js';

// Nothing here connects.
const prisma = new PrismaClient({ adapter: new PrismaPg({}) });
const extended = prisma.$extends({ model: { item: { shout: (name: string) => name.toUpperCase() } } });

describe('types', () => {
  test("a step's handle is Prisma's transaction client", () => {
    expectTypeOf(prismaSteps(prisma)).toEqualTypeOf<TransactionalStepMaker<Prisma.TransactionClient>>();
    expectTypeOf(prismaSteps(prisma).current).returns.toEqualTypeOf<Prisma.TransactionClient>();
  });

  test('of an extended client it has the extensions', () => {
    const tx = prismaSteps(extended);
    const shout = tx('shout', async (t, name: string) => t.item.shout(name));
    expectTypeOf(shout).toEqualTypeOf<(name: string) => Promise<string>>();
  });

  test('arguments and results are inferred, without a word from the user', () => {
    const tx = prismaSteps(prisma);
    const record = tx('record', async (t, name: string) => t.item.create({ data: { name } }));
    expectTypeOf(record).toEqualTypeOf<(name: string) => Promise<{ id: number; name: string }>>();
  });
});
