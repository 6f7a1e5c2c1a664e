import { prismaSteps } from '@holdfast/orm-prisma';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from '../../../generated/client.js';
import type { MakeOrm } from './orm.js';

export const makeOrm: MakeOrm<Prisma.TransactionClient> = ({ url, poolSize, registry }) => {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: poolSize }) });
  return {
    insertItem: (tx) => tx.item.create({ data: { name: 'a name' } }),
    transaction: (work) => prisma.$transaction(work),
    steps: prismaSteps(prisma, { registry }),
    close: () => prisma.$disconnect(),
  };
};
