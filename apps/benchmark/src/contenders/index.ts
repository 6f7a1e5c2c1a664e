import type { Contender } from '../contender.js';

/** Everything that is measured, by a short name. Loaded one at a time: some need another Node. */
export const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  holdfast: async () => (await import('./holdfast.js')).holdfast,
  'bare-sql': async () => (await import('./bare-sql.js')).bareSql,
  'bare-sql-with-runs': async () => (await import('./bare-sql.js')).bareSqlWithRuns,
  dbos: async () => (await import('./dbos.js')).dbos,
  absurd: async () => (await import('./absurd.js')).absurd,
  openworkflow: async () => (await import('./openworkflow.js')).openworkflow,
  'graphile-worker': async () => (await import('./graphile-worker.js')).graphileWorkerPlain,
  'graphile-worker-batched': async () => (await import('./graphile-worker.js')).graphileWorkerBatched,
  'pg-boss': async () => (await import('./pg-boss.js')).pgBoss,
};
