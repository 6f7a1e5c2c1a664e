import type { RunState, StrandedRuns } from '@holdfast/core';
import { agoText } from '../show/time.js';
import { counted, type Finding, fine } from './finding.js';

/** Whether runs wait for somebody who can take them, and nobody can. */
export function checkStranded(stranded: readonly StrandedRuns[], nowMs: number): Finding {
  if (stranded.length === 0) return fine('stranded', 'no run waits for code that nobody has');
  const runs = stranded.reduce((sum, group) => sum + group.runs, 0);
  return {
    check: 'stranded',
    verdict: 'trouble',
    says: `${counted(runs, 'run waits', 'runs wait')} for a workflow, a version or a queue that no live executor serves.`,
    advice: 'Deploy an app that has it, or move them to a version that is there: `holdfast runs move`.',
    details: stranded.map(({ workflow, version, queue, runs: count, since }) => {
      const where = queue === undefined ? '' : `, queue ${queue}`;
      return `${workflow}, version ${version}${where}: ${counted(count, 'run')}${since ? `, since ${agoText(since, nowMs)}` : ''}`;
    }),
  };
}

/** Whether runs wait for a person. */
export function checkPaused(counts: readonly { readonly state: RunState; readonly runs: number }[]): Finding {
  const paused = counts.find(({ state }) => state === 'paused')?.runs ?? 0;
  if (paused === 0) return fine('paused', 'no run waits for a person');
  return {
    check: 'paused',
    verdict: 'warning',
    says: `${counted(paused, 'run is', 'runs are')} paused until somebody sees to them.`,
    advice: '`holdfast runs list --state paused`, and then `holdfast runs resume` or `cancel`.',
  };
}
