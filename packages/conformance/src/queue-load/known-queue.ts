import type { QueueLimits } from '@holdfast/core/internal';

/** What is known to hold for a queue: the same as long as `phase` is. */
export interface Rules {
  readonly phase: number;
  readonly limits: QueueLimits;
  readonly isPaused: boolean;
}

/** A queue whose limits change, one change at a time. */
export class KnownQueue {
  readonly name: string;
  #rules: Rules;
  #isChanging = false;

  constructor(name: string, limits: QueueLimits) {
    this.name = name;
    this.#rules = { phase: 0, limits, isPaused: false };
  }

  /** Undefined while they are being changed. */
  get rules(): Rules | undefined {
    return this.#isChanging ? undefined : this.#rules;
  }

  /** Changes them, unless they are being changed. What is claimed meanwhile may go by either. */
  async change(to: Partial<Omit<Rules, 'phase'>>, write: () => Promise<void>): Promise<void> {
    if (this.#isChanging) return;
    this.#isChanging = true;
    await write();
    this.#rules = { ...this.#rules, ...to, phase: this.#rules.phase + 1 };
    this.#isChanging = false;
  }
}
