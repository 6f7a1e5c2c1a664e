import type { ExecutorView } from '@holdfast/core';
import { agoText } from '../show/time.js';
import { counted, type Finding, fine } from './finding.js';

const CHECK = 'executors';

/** How long the others may take to declare one dead, after its lease ran out. */
const PATIENCE_MS = 30_000;

/** Whether somebody executes runs, and whether the dead hold any. */
export function checkExecutors(executors: readonly ExecutorView[], open: number, nowMs: number): Finding {
  const alive = executors.filter(({ standing }) => standing === 'alive');
  const dead = executors.filter((one) => isDead(one, nowMs));
  if (dead.length > 0) {
    const held = dead.reduce((sum, { runs }) => sum + runs, 0);
    return {
      check: CHECK,
      verdict: 'trouble',
      says:
        `${counted(dead.length, 'executor is', 'executors are')} dead, with ${counted(held, 'run')} in ` +
        `${dead.length === 1 ? 'its' : 'their'} hands that nobody has taken over. ${aliveText(alive.length)}`,
      advice:
        alive.length === 0
          ? 'Start an app: it declares them dead as it launches, and takes their runs up.'
          : 'Those that live should have taken them over within seconds. Look at their logs, and whether they reach the database.',
      details: dead.map(
        (one) =>
          `${one.id} on ${one.host}, pid ${one.pid}: silent since ${agoText(one.leaseUntil, nowMs)}, ${counted(one.runs, 'run')}`,
      ),
    };
  }
  if (alive.length > 0) {
    const busy = alive.reduce((sum, { runs }) => sum + runs, 0);
    return fine(CHECK, `${alive.length} alive, ${counted(busy, 'run')} in their hands`);
  }
  if (open === 0)
    return {
      check: CHECK,
      verdict: 'warning',
      says: 'Nobody executes runs, and there are none to be executed.',
    };
  return {
    check: CHECK,
    verdict: 'trouble',
    says: `Nobody executes runs, and ${counted(open, 'run has', 'runs have')} not ended.`,
    advice:
      'Start an app that has their workflows: `holdfast runs list --state pending,waiting,running` shows which.',
  };
}

function aliveText(count: number): string {
  return count === 0 ? 'None is alive.' : `${counted(count, 'other is', 'others are')} alive.`;
}

function isDead({ standing, leaseUntil, runs }: ExecutorView, nowMs: number): boolean {
  if (standing === 'stopped') return runs > 0;
  return standing === 'lapsed' && nowMs - leaseUntil.getTime() > PATIENCE_MS;
}
