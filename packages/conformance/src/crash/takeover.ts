import type { Worker } from './crew.js';
import type { Scene } from './scene.js';

/**
 * Kills a worker. Answers how long it took, in milliseconds, until another executor had written to a run of its; or
 * undefined if it held none.
 */
export async function killAndWatch(scene: Scene, victim: Worker): Promise<number | undefined> {
  const executor = await scene.executorOf(victim);
  const killed = performance.now();
  victim.signal('SIGKILL');
  await victim.exited;
  const held = await scene.home.sql<{ id: string; epoch: number }>(
    `select id, epoch from holdfast.runs where executor_id = $1 and state = 'running'`,
    [executor],
  );
  // Others may have been there before this look.
  if (held.length === 0) return undefined;
  const [ids, epochs] = [held.map(({ id }) => id), held.map(({ epoch }) => epoch)];
  for (;;) {
    const taken = await scene.home.sql(
      `select from holdfast.runs r join unnest($1::text[], $2::int[]) as h (id, epoch) using (id) where r.epoch > h.epoch`,
      [ids, epochs],
    );
    if (taken.length > 0) return performance.now() - killed;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly max: number;
}

export function summary(times: readonly number[]): Summary {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    count: sorted.length,
    median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN),
    max: Math.round(sorted.at(-1) ?? Number.NaN),
  };
}
