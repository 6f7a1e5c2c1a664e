import type { StrandedGroup } from '../store/index.js';
import type { EngineDeps } from './deps.js';
import type { Chore } from './upkeep.js';

/** How often stranded runs are looked for, in milliseconds. */
const EVERY_MS = 60_000;

/** Says so when runs wait for a version of their workflow that no live executor has: once, until they are gone. */
export function strandedChore({ store, logger }: Pick<EngineDeps, 'store' | 'logger'>): Chore {
  let reported: ReadonlySet<string> = new Set();
  return {
    name: 'report stranded runs',
    everyMs: EVERY_MS,
    async run() {
      const groups = await store.versions.stranded();
      for (const group of groups) {
        if (reported.has(nameOf(group))) continue;
        const { workflow, version, queue, runs } = group;
        logger.warn(
          { workflow, version, queue: queue ?? undefined, runs },
          'runs wait for a version of their workflow, or for a queue, that no live executor serves: deploy it, or move them ' +
            'with app.runs.move({ workflow, from, to })',
        );
      }
      reported = new Set(groups.map(nameOf));
      return null;
    },
  };
}

function nameOf({ workflow, version, queue }: StrandedGroup): string {
  return JSON.stringify([workflow, version, queue]);
}
