import type { WireProxy } from '@holdfast/postgres/internal';

/** What went over the wire for some units of work. */
export interface Count {
  readonly units: number;
  readonly tookMs: number;
  readonly statements: number;
  readonly roundTrips: number;
  /** Transactions that may have written something. */
  readonly commits: number;
}

/** What of it may be needed for each unit. */
export type Most = Readonly<Record<'statements' | 'roundTrips' | 'commits', number>>;

/** Something whose statements are counted. */
export interface Counted {
  readonly name: string;
  readonly unit: string;
  readonly most: Most;
  count(serverUrl: string): Promise<Count>;
}

/** Statements of an idle process in a second, and those of a moment: its upkeep goes on meanwhile. */
const UPKEEP = { eachSecond: 1.5, atOnce: 3 };

/** What is beyond what may be needed, in words. */
export function beyond({ unit, most }: Counted, count: Count): readonly string[] {
  const upkeep = (count.tookMs / 1000) * UPKEEP.eachSecond + UPKEEP.atOnce;
  return (Object.keys(most) as (keyof Most)[])
    .filter((what) => count[what] > most[what] * count.units + upkeep)
    .map((what) => `${count[what]} ${what} for ${count.units} ${unit}s: at most ${most[what]} for each`);
}

/** Counts what goes over a wire while something is done. */
export async function counting(
  proxy: WireProxy,
  work: () => Promise<{ readonly units: number }>,
): Promise<Count> {
  proxy.reset();
  const beganMs = performance.now();
  const { units } = await work();
  const tookMs = performance.now() - beganMs;
  return {
    units,
    tookMs,
    statements: proxy.statements.length,
    roundTrips: proxy.roundTrips,
    commits: commitsOf(proxy),
  };
}

/** Outside a transaction in so many words, each statement is one; one that only reads has nothing to commit. */
function commitsOf(proxy: WireProxy): number {
  if (proxy.count(/^\s*begin\b/i) > 0) return proxy.commits;
  return proxy.statements.length - proxy.count(/^\s*(select|listen|set)\b/i);
}
