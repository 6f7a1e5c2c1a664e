import { z } from 'zod';
import { REGIONS } from './regions';

/** What is ordered: a report on the sales of some regions. */
export const Order = z.object({
  title: z.string().trim().min(1, 'A report needs a title').max(80),
  regions: z.array(z.enum(REGIONS)).min(1, 'Choose at least one region'),
});
export type Order = z.infer<typeof Order>;
