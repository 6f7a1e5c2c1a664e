import type { Terminal } from './terminal.js';

/** What is done sooner needs no telling. */
const PATIENCE_MS = 300;
const INTERVAL_MS = 100;

/** Says how far long work has come, on one line that is replaced. Where there is no screen it says nothing. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #doing: string;
  readonly #total: number | undefined;
  #shownAt: number;
  #isShown = false;

  /** @param doing what is done: `Cancelling`. */
  constructor(terminal: Terminal, doing: string, total?: number) {
    this.#terminal = terminal;
    this.#doing = doing;
    this.#total = total;
    this.#shownAt = terminal.now() + PATIENCE_MS;
  }

  at(done: number): void {
    const { canRedraw, noteColours } = this.#terminal;
    const now = this.#terminal.now();
    if (!canRedraw || now - this.#shownAt < INTERVAL_MS) return;
    this.#shownAt = now;
    this.#isShown = true;
    const total = this.#total;
    const bar = total ? `${noteColours.cyan(barOf(done / total))} ` : '';
    const of = total ? ` of ${total.toLocaleString('en')}` : '';
    this.#terminal.redraw(`${bar}${this.#doing} ${done.toLocaleString('en')}${of}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isShown) this.#terminal.redraw('');
    this.#isShown = false;
  }
}

const BAR = 20;

function barOf(share: number): string {
  const full = Math.min(BAR, Math.round(share * BAR));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}
