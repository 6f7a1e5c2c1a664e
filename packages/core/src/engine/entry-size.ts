import type { Payload } from '../replay/index.js';
import type { StepEntry, StoreEntry } from '../store/index.js';

/** What an entry weighs beside its values, in characters: ids, names, moments. */
const ROW_CHARS = 300;

/** How large an entry is, roughly, in characters. */
export function entrySize(entry: StoreEntry): number {
  return ROW_CHARS + valuesSize(entry);
}

function valuesSize(entry: StoreEntry): number {
  switch (entry.op) {
    case 'start':
      return chars(entry.run.input) + (entry.run.tags?.length ?? 0);
    case 'step':
      return stepSize(entry);
    case 'finish':
      return chars(entry.output) + chars(entry.error);
    case 'pause':
    case 'unwind':
      return chars(entry.error);
    case 'send':
    case 'set':
    case 'write':
      return chars(entry.value) + stepSize(entry.step);
    case 'receive':
    case 'close':
      return stepSize(entry.step);
    case 'park':
    case 'vacate':
    case 'release':
      return 0;
  }
}

function stepSize(step: StepEntry | null): number {
  return step ? chars(step.output) + chars(step.error) : 0;
}

function chars(payload: Payload | null): number {
  return payload ? payload.json.length + (payload.extra?.length ?? 0) : 0;
}
