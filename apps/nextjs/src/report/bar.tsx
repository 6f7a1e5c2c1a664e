import type { ReactNode } from 'react';

/** How much of it is done. */
export function Bar({ done, of }: { done: number; of: number }): ReactNode {
  return (
    <progress value={done} max={of} aria-label={`${done} of ${of}`}>
      {done} of {of}
    </progress>
  );
}
