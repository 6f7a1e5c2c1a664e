/** What a check came to. */
export interface Finding {
  /** What was looked at: `tables`, `executors`, … */
  readonly check: string;
  /** `warning`: nothing is wrong yet, or it is not known whether something is. It leaves the exit code at 0. */
  readonly verdict: 'fine' | 'warning' | 'trouble';
  /** What was found, in a sentence. */
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The single things that were found, one a line. */
  readonly details?: readonly string[];
}

/** A finding of nothing wrong. */
export function fine(check: string, says: string): Finding {
  return { check, verdict: 'fine', says };
}

/** `1 run`, `2 runs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
