import { Client } from '@holdfast/core';
import { postgres } from '@holdfast/orm-drizzle';
import { registry } from './jobs/registry';
import { processWide } from './process-wide';

/** What pages, actions and routes start jobs with, and look at them. It runs none. */
export const client = processWide(
  'client',
  () => new Client({ store: postgres(process.env.DATABASE_URL), registry }),
);
