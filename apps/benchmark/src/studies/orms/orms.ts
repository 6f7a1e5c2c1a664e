import { fileURLToPath } from 'node:url';
import { answerOf } from '../../measure/answer.js';
import { dropDatabase, freshDatabase } from '../../measure/database.js';
import { nodeFor } from '../../measure/node.js';
import { median, quantile } from '../../measure/statistics.js';
import type { Mark, Study } from '../study.js';
import type { Slices } from './slices.js';

const SLICES = fileURLToPath(new URL('./slices.ts', import.meta.url));
const ORMS = { drizzle: 'Drizzle', knex: 'Knex', prisma: 'Prisma' } as const;
const AT_ONCE = [1, 10] as const;
const FOR_MS = 6000;
const MOST = 1.5;

/** What a transaction of an ORM costs as a step: it writes a row of its own and one in the journal, and commits once. */
export const orms: Study = {
  name: 'orms',
  title: 'A transaction of one insert as a step, beside the same transaction alone',
  isLong: false,
  async run({ serverUrl, isQuick, say }) {
    const rows: string[][] = [];
    const beyond: string[] = [];
    const marks: Mark[] = [];
    for (const [orm, name] of Object.entries(ORMS)) {
      for (const atOnce of AT_ONCE) {
        say(`${name}, ${atOnce} at once`);
        const url = await freshDatabase(serverUrl);
        const args = [orm, url, String(atOnce), String(isQuick ? FOR_MS / 10 : FOR_MS)];
        const { aloneMs, stepsMs } = await answerOf<Slices>(nodeFor(24), SLICES, args);
        await dropDatabase(serverUrl, url);
        const ratios = stepsMs.map((ms, n) => ms / aloneMs[n]!);
        if (median(ratios) > MOST) beyond.push(`${name}, ${atOnce} at once`);
        if (atOnce === 1)
          marks.push({
            name: `a step on ${name}`,
            value: median(ratios),
            most: MOST,
            unit: 'x its transaction',
          });
        rows.push([
          `${name}, ${atOnce} at once`,
          median(aloneMs).toFixed(3),
          median(stepsMs).toFixed(3),
          `${median(ratios).toFixed(2)} x`,
          `${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)} x`,
          String(ratios.length),
        ]);
      }
    }
    return {
      columns: ['', 'alone, ms', 'as a step, ms', 'ratio, median', 'half of them', 'slices'],
      rows,
      marks,
      verdicts: [beyond.length === 0 ? `Each within ${MOST} x.` : `Beyond ${MOST} x: ${beyond.join('; ')}.`],
    };
  },
};
