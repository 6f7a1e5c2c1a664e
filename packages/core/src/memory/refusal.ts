import { HoldfastError } from '../errors/index.js';
import type { Payload } from '../replay/index.js';
import {
  type NewSchedule,
  runOf,
  type SendEntry,
  type SetEntry,
  type StoreEntry,
  type WriteEntry,
} from '../store/index.js';

/** What a database would not take of an entry, as the error it would raise; undefined for a sound entry. */
export function refusal(entry: StoreEntry): HoldfastError | undefined {
  const flaw = flawOf(entry);
  if (flaw === undefined) return undefined;
  const id = runOf(entry);
  return new HoldfastError(
    'STORE_REFUSED',
    `The memory store refuses a ${entry.op} entry of run "${id}": ${flaw}.`,
    {
      details: { runId: id, op: entry.op, flaw },
    },
  );
}

function flawOf(entry: StoreEntry): string | undefined {
  switch (entry.op) {
    case 'start': {
      const { id, key, workflow, version, tags, executorId, parentId, startedAtMs, delayMs } = entry.run;
      if ((executorId === null) !== (startedAtMs === null)) return 'an executor and a start time go together';
      return (
        flawOfTexts({ id, key, workflow, version, executorId, parentId }) ??
        flawOfNumbers({ startedAtMs, delayMs }) ??
        flawOfPayload('input', entry.run.input) ??
        flawOfJson('tags', tags)
      );
    }
    case 'step': {
      const { runId, name, childId, epoch, seq, ordinal, attempt, retryAtMs, startedAtMs, completedAtMs } =
        entry;
      const isRecorded = ordinal !== null;
      if (isRecorded && (entry.output === null) === (entry.error === null))
        return 'an outcome is an output or an error';
      if (isRecorded && completedAtMs === null) return 'an outcome has a time';
      return (
        flawOfTexts({ runId, name, childId }) ??
        flawOfNumbers({ epoch, seq, ordinal, attempt, retryAtMs, startedAtMs, completedAtMs }) ??
        flawOfPayload('output', entry.output) ??
        flawOfPayload('error', entry.error)
      );
    }
    case 'finish':
      return flawOfPayload('output', entry.output) ?? flawOfPayload('error', entry.error);
    case 'park':
      return flawOfNumbers({ wakeAtMs: entry.wakeAtMs, signals: entry.signals });
    case 'pause':
    case 'unwind':
      return flawOfPayload('error', entry.error);
    case 'release':
    case 'vacate':
      return undefined;
    case 'send':
      return flawOfTexts({ channel: entry.channel, key: entry.key }) ?? flawOfShown(entry);
    case 'set':
    case 'write':
      return flawOfTexts({ name: entry.name, key: entry.key }) ?? flawOfShown(entry);
    case 'close':
      return flawOfTexts({ name: entry.name }) ?? (entry.step ? flawOf(entry.step) : undefined);
    case 'receive':
      return flawOf(entry.step);
  }
}

function flawOfShown({ step, value }: SendEntry | SetEntry | WriteEntry): string | undefined {
  return flawOfPayload('value', value) ?? (step ? flawOf(step) : undefined);
}

/** The same of a schedule. */
export function scheduleRefusal({ name, input, tags, nextAtMs }: NewSchedule): HoldfastError | undefined {
  const flaw =
    flawOfTexts({ name }) ??
    flawOfNumbers({ nextAtMs }) ??
    flawOfPayload('input', input) ??
    flawOfJson('tags', tags);
  return flaw === undefined
    ? undefined
    : new HoldfastError('STORE_REFUSED', `The memory store refuses schedule "${name}": ${flaw}.`);
}

function flawOfTexts(texts: Readonly<Record<string, string | null>>): string | undefined {
  const bad = Object.keys(texts).find((field) => texts[field]?.includes('\0'));
  return bad && `its ${bad} contains a NUL character`;
}

function flawOfNumbers(numbers: Readonly<Record<string, number | null>>): string | undefined {
  const bad = Object.keys(numbers).find(
    (field) => numbers[field] !== null && !Number.isFinite(numbers[field]),
  );
  return bad && `its ${bad} is not a number`;
}

function flawOfPayload(field: string, payload: Payload | null): string | undefined {
  return payload
    ? (flawOfJson(field, payload.json) ?? flawOfJson(`${field}'s extra`, payload.extra))
    : undefined;
}

function flawOfJson(field: string, text: string | null): string | undefined {
  if (text === null) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return `its ${field} is not JSON`;
  }
}
