import type { ServedWorkflow } from '@holdfast/core/internal';
import type { Rules } from './known-queue.js';
import type { KnownRun, Spell } from './known-run.js';
import type { Span } from './span.js';

/** A run that a claim took. */
export interface Taken {
  readonly run: KnownRun;
  readonly neededSlot: boolean;
}

/** A claim, and what it took from one queue, in the order in which it did. */
export interface ClaimTaken extends Span {
  readonly queue: string;
  readonly serves: readonly ServedWorkflow[];
  /** What held for the queue all the while, if it was not changed meanwhile. */
  readonly rules: Rules | undefined;
  readonly taken: readonly Taken[];
}

/** A run that surely stood in line. */
interface InLine {
  readonly run: KnownRun;
  readonly spell: Spell;
}

/**
 * Nobody was passed over: of those of a partition that a claim could have taken, it took the ones with the lowest priority
 * and, of equals, those that came first, in that order. To be called when all is answered.
 *
 * It is looked at as far as it is certain: in a limited queue, where claims take turns, and between runs that had stood in
 * line since before the claim was asked. A run that was begun before needs no leave of a rate, so it is compared with all,
 * one that was not only with its like.
 */
export function expectInOrder(claims: readonly ClaimTaken[], runs: readonly KnownRun[]): void {
  for (const claim of claims) {
    if (!claim.rules || !isLimited(claim.rules)) continue;
    const versions = new Set(claim.serves.map(({ version }) => version));
    const left = runs
      .filter(({ queue, run }) => queue === claim.queue && versions.has(run.version))
      .flatMap((run) => inLine(run, claim) ?? []);
    const taken = claim.taken
      .filter(({ neededSlot }) => neededSlot)
      .flatMap(({ run }) => takenFrom(run, claim));
    for (const [n, one] of taken.entries())
      for (const other of [...left, ...taken.slice(n + 1)]) expectBefore(one, other);
  }
}

function isLimited({ limits }: Rules): boolean {
  const { concurrency, workerConcurrency, rate, partitionConcurrency, partitionRate } = limits;
  return [concurrency, workerConcurrency, rate, partitionConcurrency, partitionRate].some(
    (limit) => limit !== null,
  );
}

function inLine(run: KnownRun, { from, to }: Span): InLine | undefined {
  const spell = run.spells.find((one) => one.from < from && one.to >= to);
  return spell && { run, spell };
}

/** As it stood when it was taken. */
function takenFrom(run: KnownRun, { from }: Span): InLine[] {
  return run.spells.filter((spell) => spell.to === from).map((spell) => ({ run, spell }));
}

function expectBefore(taken: InLine, other: InLine): void {
  if (taken.run.key !== other.run.key) return;
  if (taken.spell.hasBegun && !other.spell.hasBegun) return;
  if (!isSurelyBefore(other, taken)) return;
  throw new Error(
    `run ${taken.run.id} (${show(taken)}) was taken, and before it should have been run ${other.run.id} (${show(other)})`,
  );
}

function isSurelyBefore(a: InLine, b: InLine): boolean {
  if (a.spell.priority !== b.spell.priority) return a.spell.priority < b.spell.priority;
  const [put, other] = [a.run.put!, b.run.put!];
  return put.to < other.from || (put.from === other.from && a.run.nth < b.run.nth);
}

function show({ run, spell }: InLine): string {
  return `priority ${spell.priority}, put ${run.put!.from} to ${run.put!.to}, in line ${spell.from} to ${spell.to}`;
}
