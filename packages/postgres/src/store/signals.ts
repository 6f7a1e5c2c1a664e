import type { Signal } from '@holdfast/core/internal';

/** What a notification carries. Short names: it has a limit of bytes. */
interface Payload {
  /** Who sent it: a store, so that it can tell its own. */
  readonly o?: string;
  readonly k: Signal['kind'];
  readonly r?: readonly string[];
}

/** A signal as it came in, and who sent it. */
export interface ReceivedSignal {
  readonly origin: string | undefined;
  readonly signal: Signal;
}

/** Postgres takes payloads of fewer than 8000 bytes. */
const LONGEST_BYTES = 7900;

/** The payloads that carry signals: as many as it takes for their lists of runs. */
export function toPayloads(signals: readonly Signal[], origin: string): string[] {
  return signals.flatMap((signal) => {
    if (!('runIds' in signal)) return [write({ o: origin, k: signal.kind })];
    return portions(signal.runIds, LONGEST_BYTES - 100).map((r) => write({ o: origin, k: signal.kind, r }));
  });
}

/** The payload that says that there is work, from nobody in particular. */
export function wordOfWork(): string {
  return write({ k: 'work' });
}

/** Reads a payload; undefined if it is none of ours, or of a later version's. */
export function fromPayload(payload: string): ReceivedSignal | undefined {
  const { o: origin, k: kind, r: runIds } = parse(payload);
  switch (kind) {
    case 'work':
    case 'peers':
    case 'schedules':
    case 'news':
      return { origin, signal: { kind } };
    case 'finished':
    case 'cancelled':
    case 'message':
    case 'event':
    case 'stream':
      return Array.isArray(runIds) ? { origin, signal: { kind, runIds } } : undefined;
    default:
      return undefined;
  }
}

function write(payload: Payload): string {
  return JSON.stringify(payload);
}

function parse(payload: string): Partial<Payload> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Cuts a list into pieces that are short enough as JSON. */
function portions(ids: readonly string[], longestBytes: number): string[][] {
  const cut: string[][] = [];
  let left = 0;
  for (const id of ids) {
    const bytes = Buffer.byteLength(JSON.stringify(id)) + 1;
    if (bytes > left) {
      cut.push([]);
      left = longestBytes;
    }
    cut.at(-1)!.push(id);
    left -= bytes;
  }
  return cut;
}
