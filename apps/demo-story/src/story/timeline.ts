import pc from 'picocolors';
import { coloured } from './words.js';

interface Line {
  readonly at: number;
  readonly text: string;
}

/** News of the journal reach the story a little late; lines wait that long, so that they come out in order. */
const PATIENCE_MS = 150;

/** Prints what happened, in the order in which it happened. */
export class Timeline {
  readonly #startedAt: number;
  readonly #print: (line: string) => void;
  #lines: Line[] = [];

  constructor(startedAt: number, print: (line: string) => void) {
    this.#startedAt = startedAt;
    this.#print = print;
  }

  /** Something that a worker did, or that happened to it. */
  worker(at: number, name: string, text: string): void {
    this.#add(at, `${this.#time(at)}  ${coloured(name)}  ${text}`);
  }

  /** A second line of what was told at that moment. */
  more(at: number, text: string): void {
    this.#add(at, `${' '.repeat(12)}${text}`);
  }

  chapter(at: number, title: string): void {
    this.#add(at, `\n  ${pc.bold(title)}\n`);
  }

  /** Prints what is old enough, or everything. */
  flush(now = Number.POSITIVE_INFINITY): void {
    const isDue = ({ at }: Line): boolean => at <= now - PATIENCE_MS;
    const due = this.#lines.filter(isDue).sort((a, b) => a.at - b.at);
    this.#lines = this.#lines.filter((line) => !isDue(line));
    for (const { text } of due) this.#print(text);
  }

  #add(at: number, text: string): void {
    this.#lines.push({ at, text });
  }

  #time(at: number): string {
    return pc.dim(((at - this.#startedAt) / 1000).toFixed(3).padStart(8));
  }
}
