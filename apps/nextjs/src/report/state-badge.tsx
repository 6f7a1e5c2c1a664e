import type { RunState } from '@holdfast/core';
import type { ReactNode } from 'react';

const WORDS: Readonly<Record<RunState, string>> = {
  pending: 'waiting for its turn',
  running: 'running',
  waiting: 'waiting',
  paused: 'paused',
  succeeded: 'published',
  failed: 'failed',
  cancelled: 'cancelled',
};

export function StateBadge({ state }: { state: RunState }): ReactNode {
  return <span className={`badge ${state}`}>{WORDS[state]}</span>;
}
