import type { VersionStore } from '@holdfast/core/internal';
import { type Moved, moveRuns, moveVersion } from '../sql/versions/move.js';
import { findOffered } from '../sql/versions/offered.js';
import { listStranded } from '../sql/versions/stranded.js';
import type { RunStatement } from './run-statement.js';

/** Versions of runs and of executors, in Postgres. */
export function postgresVersions(run: RunStatement): VersionStore {
  return {
    stranded: () => run(listStranded, []),
    offered: async (workflow, version) => (await run(findOffered, [workflow, version]))[0],
    async moveVersion({ workflow, from, to, queue, limit }) {
      const [{ moved, found }] = (await run(moveVersion, [to, workflow, from, queue, limit])) as [Moved];
      return { moved, mayBeMore: found === limit };
    },
    moveRuns: async (runIds, to) => (await run(moveRuns, [to, JSON.stringify(runIds)]))[0]!.moved,
  };
}
