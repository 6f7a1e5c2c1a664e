import { beyond } from '../counts/count.js';
import { ORM_COUNTS } from '../counts/orm-counts.js';
import { WORKLOAD_COUNTS } from '../counts/workload-counts.js';
import type { Study } from './study.js';

/** What goes over the wire, counted: no figure of time, so it is the same on every machine. */
export const counts: Study = {
  name: 'counts',
  title: 'What goes over the wire for each unit',
  isLong: false,
  async run({ serverUrl, say }) {
    const rows: string[][] = [];
    const tooMany: string[] = [];
    for (const one of [...WORKLOAD_COUNTS, ...ORM_COUNTS]) {
      say(one.name);
      const count = await one.count(serverUrl);
      tooMany.push(...beyond(one, count));
      const { units, statements, roundTrips, commits } = count;
      const each = [statements, roundTrips, commits].map((number) => (number / units).toFixed(3));
      rows.push([one.name, `${units} ${one.unit}s`, ...each, String(one.most.commits)]);
    }
    return {
      columns: ['', 'counted', 'statements/unit', 'round trips/unit', 'commits/unit', 'at most'],
      rows,
      verdicts: [
        tooMany.length === 0 ? 'None more than there may be.' : `Too many: ${tooMany.join('; ')}.`,
        'The upkeep of the process, about one statement a second, is counted along.',
      ],
    };
  },
};
