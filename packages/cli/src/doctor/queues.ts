import type { QueueView } from '@holdfast/core';
import { agoText } from '../show/time.js';
import { counted, type Finding, fine } from './finding.js';

const CHECK = 'queues';

/** Whether runs pile up in queues. */
export function checkQueues(queues: readonly QueueView[], mostWaiting: number, nowMs: number): Finding {
  const deep = queues.filter(({ waiting }) => waiting > mostWaiting);
  const stopped = queues.filter(({ pausedAt, waiting }) => pausedAt && waiting > 0 && waiting <= mostWaiting);
  const line = ({ name, waiting, inHands, pausedAt }: QueueView): string =>
    `${name}: ${counted(waiting, 'run')} waiting, ${inHands.toLocaleString('en')} in hands${pausedAt ? `, paused ${agoText(pausedAt, nowMs)}` : ''}`;
  if (deep.length > 0) {
    return {
      check: CHECK,
      verdict: 'trouble',
      says: `${counted(deep.length, 'queue has', 'queues have')} more than ${counted(mostWaiting, 'run')} waiting.`,
      advice: deep.some(({ pausedAt }) => pausedAt)
        ? '`holdfast queues resume <name>` lets a paused one go on.'
        : 'Start more workers, or raise its limits: `holdfast queues set <name> --concurrency 20`.',
      details: [...deep, ...stopped].map(line),
    };
  }
  if (stopped.length > 0) {
    return {
      check: CHECK,
      verdict: 'warning',
      says: `${counted(stopped.length, 'paused queue has', 'paused queues have')} runs waiting.`,
      advice: '`holdfast queues resume <name>` lets it go on.',
      details: stopped.map(line),
    };
  }
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  return fine(
    CHECK,
    queues.length === 0
      ? 'there are none'
      : `${counted(waiting, 'run waits', 'runs wait')} in ${counted(queues.length, 'queue')}`,
  );
}
