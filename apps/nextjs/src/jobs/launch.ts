import { Holdfast } from '@holdfast/core';
import { postgres } from '@holdfast/orm-drizzle';
import { createTables } from '../database/create-tables';
import { count } from './count';
import { registry } from './registry';
import { report } from './report';

/** Begins to run jobs in this process, those included that others left behind. */
export async function launch(): Promise<Holdfast> {
  await createTables();
  const app = new Holdfast({
    store: postgres(process.env.DATABASE_URL),
    registry,
    workflows: [report, count],
    retention: [{ workflow: 'count', after: '1 hour' }],
    logger: console,
  });
  await app.launch();
  return app;
}
