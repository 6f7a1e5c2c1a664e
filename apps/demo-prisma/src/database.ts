import { openShopDatabase } from '@holdfast/demo-story';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

const database = await openShopDatabase();

export const { url } = database;
export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });

export async function closeDatabase(): Promise<void> {
  await prisma.$disconnect();
  await database.release();
}
