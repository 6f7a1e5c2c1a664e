import color from 'picocolors';
import type { Contender } from './contender.js';
import { CONTENDERS } from './contenders/index.js';
import { type Measurement, measure } from './measure/measurement.js';
import { nodeFor } from './measure/node.js';
import type { Panel } from './report/bars.js';
import { type Figures, figuresOf } from './report/figures.js';
import type { SizeName, Workload } from './workloads.js';

/** Who is compared, in what, and where. */
export interface Comparison {
  readonly serverUrl: string;
  readonly postmaster: number;
  /** Short names of contenders. */
  readonly chosen: readonly string[];
  readonly workloads: readonly Workload[];
  readonly repeat: number;
  readonly size: SizeName;
}

/** What came of it. */
export interface Compared {
  readonly panels: readonly Panel[];
  /** What could not be run, and why. */
  readonly notRun: ReadonlyMap<string, string>;
}

/** Measures each contender in each workload, in turn, so often. */
export async function compare(comparison: Comparison): Promise<Compared> {
  const { chosen, workloads, repeat } = comparison;
  const measured = new Map<string, Measurement[]>();
  const notRun = new Map<string, string>();
  for (let round = 1; round <= repeat; round++) {
    for (const workload of workloads) {
      for (const name of chosen) {
        const both = key(name, workload.name);
        if (notRun.has(name) || notRun.has(both)) continue;
        const what = `${round}/${repeat} ${workload.name}: ${name}`;
        process.stderr.write(color.dim(`${what}\n`));
        try {
          const one = await measureOne(comparison, name, workload);
          if (!one) notRun.set(both, 'it has nothing of the kind');
          else measured.set(both, [...(measured.get(both) ?? []), one]);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          notRun.set(both, why);
          process.stderr.write(color.red(`${what}: ${why}\n`));
        }
      }
    }
  }
  return { panels: await panelsOf(comparison, measured), notRun };
}

/** A contender without its making: its module may need another Node. */
export async function described(
  name: string,
): Promise<Pick<Contender, 'name' | 'package' | 'settings' | 'node'>> {
  return CONTENDERS[name]!();
}

async function measureOne(
  { serverUrl, postmaster, size }: Comparison,
  contender: string,
  workload: Workload,
): Promise<Measurement | undefined> {
  const { node: major } = await described(contender);
  return measure({
    ...{ serverUrl, postmaster, contender, size },
    workload: workload.name,
    node: nodeFor(major),
  });
}

async function panelsOf(
  { chosen, workloads }: Comparison,
  measured: ReadonlyMap<string, readonly Measurement[]>,
): Promise<readonly Panel[]> {
  const panels: Panel[] = [];
  for (const workload of workloads) {
    const figures: Figures[] = [];
    for (const name of chosen) {
      const all = measured.get(key(name, workload.name));
      if (all) figures.push(figuresOf(await described(name), workload, all));
    }
    if (figures.length > 0) panels.push({ workload, figures });
  }
  return panels;
}

function key(contender: string, workload: string): string {
  return `${contender} ${workload}`;
}
