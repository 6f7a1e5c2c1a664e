import type { Signal, StoreListener } from '@holdfast/core/internal';

/** Remembers what it is told, and lets a test wait for it. */
export class TestListener implements StoreListener {
  readonly heard: Signal[] = [];
  readonly lost: string[] = [];
  missed = 0;

  signal(signal: Signal): void {
    this.heard.push(signal);
  }

  peerLost(executorId: string): void {
    this.lost.push(executorId);
  }

  missedSignals(): void {
    this.missed += 1;
  }
}

/** Looks until it is so, which must be soon. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
