import type { RunState } from '@holdfast/core';
import type { Colours } from '../terminal/colours.js';

/** The state of a run in its colour: what went well green, what did not red, what somebody must see to yellow. */
export function paintState(
  state: RunState,
  { green, red, yellow, cyan, dim, blue }: Colours,
): (text: string) => string {
  switch (state) {
    case 'succeeded':
      return green;
    case 'failed':
      return red;
    case 'paused':
      return yellow;
    case 'running':
      return cyan;
    case 'cancelled':
      return dim;
    case 'pending':
    case 'waiting':
      return blue;
  }
}
