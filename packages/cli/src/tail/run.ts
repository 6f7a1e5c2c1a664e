import { type StepView, type StreamEntry, stream } from '@holdfast/core';
import { isFinal } from '@holdfast/core/internal';
import { FoundTrouble } from '../command/wrong-use.js';
import { callText, signOf } from '../runs/timeline.js';
import { runJson, stepJson, writeLines } from '../show/json.js';
import { paintState } from '../show/states.js';
import { durationText } from '../show/time.js';
import { errorLine, plainValue, valueLine } from '../show/values.js';
import { printable } from '../terminal/width.js';
import { clockText, type Following, lookUntil } from './following.js';

/** Shows what a run does, until it ends. @throws FoundTrouble if it did not succeed. */
export async function followRun(how: Following, id: string): Promise<void> {
  const follower = new Follower(how, id);
  await lookUntil(how, () => follower.look());
  if (follower.hasFailed) throw new FoundTrouble();
}

class Follower {
  readonly #how: Following;
  readonly #id: string;
  #state: string | undefined;
  /** How each call stood that may still change, and all that are newer than the last of which that is not so. */
  readonly #calls = new Map<number, string>();
  #settledBelow = 0;
  readonly #events = new Map<string, string>();
  readonly #streams = new Map<
    string,
    { readonly entries: AsyncIterator<StreamEntry<unknown>>; position: number }
  >();

  constructor(how: Following, id: string) {
    this.#how = how;
    this.#id = id;
  }

  get hasFailed(): boolean {
    return this.#state === 'failed' || this.#state === 'cancelled';
  }

  /** Tells what is new. True if the run has ended. */
  async look(): Promise<boolean> {
    const { client } = this.#how;
    // First, so that what it showed before it ended is read after that.
    const run = await client.runs.get(this.#id);
    await this.#tellCalls();
    await this.#tellMail();
    if (run.state !== this.#state) {
      this.#state = run.state;
      const moment = run.completedAt ?? run.startedAt ?? run.createdAt;
      const outcome = run.error === undefined ? valueIf(run.output) : errorLine(run.error);
      const said = run.state === 'succeeded' ? valueIf(run.output) : outcome;
      const { colours } = this.#how.terminal;
      const state = paintState(run.state, colours)(run.state);
      await this.#tell(moment, `${state}${said === '' ? '' : `  ${said}`}`, { run: runJson(run) });
    }
    return isFinal(run.state);
  }

  async #tellCalls(): Promise<void> {
    const after = this.#settledBelow - 1;
    const steps = await this.#how.client.runs.steps(this.#id, after < 0 ? {} : { after });
    for (const step of steps) {
      const standing = `${step.attempt} ${step.ordinal ?? 'open'} ${step.retryAt?.getTime() ?? ''}`;
      if (this.#calls.get(step.seq) === standing) continue;
      this.#calls.set(step.seq, standing);
      await this.#tellCall(step);
    }
    for (const step of steps) {
      if (step.seq !== this.#settledBelow || step.ordinal === undefined) break;
      this.#calls.delete(step.seq);
      this.#settledBelow += 1;
    }
  }

  async #tellCall(step: StepView): Promise<void> {
    const { colours } = this.#how.terminal;
    const end = step.completedAt;
    const parts = [`${signOf(step, colours)} ${printable(callText(step))}`];
    if (end) parts.push(colours.dim(durationText(end.getTime() - step.startedAt.getTime())));
    if (step.attempt > 1) parts.push(colours.dim(`attempt ${step.attempt}`));
    if (step.childId !== undefined) parts.push(colours.dim(`→ ${printable(step.childId)}`));
    if (step.error !== undefined) parts.push(colours.red(errorLine(step.error)));
    await this.#tell(end ?? step.startedAt, parts.join('  '), { step: stepJson(step) });
  }

  async #tellMail(): Promise<void> {
    const { client, terminal } = this.#how;
    const { events, streams } = await client.runs.mail(this.#id);
    const { bold, magenta } = terminal.colours;
    for (const { name, value } of events) {
      const plain = plainValue(value);
      const text = JSON.stringify(plain) ?? '';
      if (this.#events.get(name) === text) continue;
      this.#events.set(name, text);
      const line = `${magenta('●')} ${bold(printable(name))} = ${valueLine(value)}`;
      await this.#tell(new Date(terminal.now()), line, { event: name, value: plain });
    }
    for (const { name, length } of streams) await this.#tellStream(name, length);
  }

  async #tellStream(name: string, length: number): Promise<void> {
    const { client, terminal } = this.#how;
    const reader = this.#streams.get(name) ?? {
      entries: client.stream(stream(name)).readEntries(this.#id),
      position: 0,
    };
    this.#streams.set(name, reader);
    const { bold, cyan } = terminal.colours;
    // So many are there: none of them is waited for.
    for (; reader.position < length; reader.position += 1) {
      const { value: entry, done } = await reader.entries.next();
      if (done) return;
      const { position, value } = entry as StreamEntry<unknown>;
      const line = `${cyan('»')} ${bold(printable(name))} ${valueLine(value)}`;
      await this.#tell(new Date(terminal.now()), line, { stream: name, position, value: plainValue(value) });
    }
  }

  async #tell(moment: Date, line: string, document: unknown): Promise<void> {
    const { terminal, json } = this.#how;
    if (json) return writeLines(terminal, [document]);
    await terminal.write(`${terminal.colours.dim(clockText(moment))}  ${line}\n`);
  }
}

function valueIf(value: unknown): string {
  return value === undefined ? '' : valueLine(value);
}
