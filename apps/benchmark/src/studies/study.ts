import type { Workload } from '../workloads.js';

/** A question about Holdfast alone, answered by a table of its own. */
export interface Study {
  readonly name: string;
  readonly title: string;
  /** Whether it is done only if it is asked for. */
  readonly isLong: boolean;
  run(ground: Ground): Promise<Findings>;
}

/** What a study has to work with. */
export interface Ground {
  /** A server of its own, with the settings of the benchmark. */
  readonly serverUrl: string;
  /** The process id of its first process. */
  readonly postmaster: number;
  /** Where files go that are kept. */
  readonly out: string;
  readonly isQuick: boolean;
  /** The folder of a database with ten million runs; it need not be there. */
  readonly scaleDir: string;
  /** What is asked for, for those that measure workloads. */
  readonly workloads: readonly Workload[];
  /** For those that go on for so long. */
  readonly minutes: number;
  /** How far it has come. */
  say(what: string): void;
}

/** A figure for which there is a most. */
export interface Mark {
  readonly name: string;
  readonly value: number;
  readonly most: number;
  readonly unit: string;
}

/** What a study has found. */
export interface Findings {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the figures say, and whether that is as it should be. */
  readonly verdicts: readonly string[];
  /** What of it is shown in the picture. */
  readonly marks?: readonly Mark[];
}

/** A study's findings in Markdown. */
export function findingsText({ title }: Pick<Study, 'title'>, { columns, rows, verdicts }: Findings): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    line(columns),
    `|${columns.map((_, n) => (n === 0 ? '---' : '--:')).join('|')}|`,
    ...rows.map(line),
    '',
    ...verdicts.map((verdict) => `- ${verdict}`),
    '',
  ].join('\n');
}
