import type { Orm, OrmPlace } from '@holdfast/conformance';
import { PrismaPg } from '@prisma/adapter-pg';
import { prismaSteps } from '../../src/index.js';
import { prismaAdapter } from '../../src/prisma-adapter.js';
import { Prisma, PrismaClient } from '../generated/client.js';

/** Prisma on its driver adapter for node-postgres, as the suites use it. */
export function makeOrm({ url, registry, poolSize }: OrmPlace) {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: poolSize }) });
  return {
    steps: prismaSteps(prisma, { registry }),
    adapter: prismaAdapter(prisma, { maxWait: 10_000, timeout: 60_000 }),
    errorClass: Prisma.PrismaClientKnownRequestError,
    insertItem: (tx, name) => tx.item.create({ data: { name } }),
    openAccount: (tx, name) => tx.account.create({ data: { name } }),
    deposit: (tx, name, amount) =>
      tx.account.update({ where: { name }, data: { balance: { increment: amount } } }),
    async balance(tx, name) {
      const account = await tx.account.findUnique({ where: { name } });
      return account?.balance ?? 0;
    },
    transaction: (work) => prisma.$transaction(work, { timeout: 60_000 }),
    noTransaction: prisma,
    close: () => prisma.$disconnect(),
  } satisfies Orm<Prisma.TransactionClient>;
}
