import type {
  CloseCall,
  GetCall,
  ReadCall,
  ReceiveCall,
  RunMail,
  SendCall,
  ShowCall,
  StreamEntry,
} from '../define/index.js';
import type { CallTaker } from './call-taker.js';
import { Inbox } from './inbox.js';
import { performClose, performGet, performRead, performSend, performShow } from './mail-calls.js';
import { streamInUse } from './mail-errors.js';
import { performReceive } from './receive-call.js';

/** Messages, events and streams in a run's own code: each call has its place in the journal. */
export class RecordedMail implements RunMail {
  readonly #run: CallTaker;
  readonly #inbox: Inbox;
  /** The streams that a call of this run is waiting for a value of. */
  readonly #reading = new Set<string>();

  constructor(run: CallTaker) {
    this.#run = run;
    this.#inbox = new Inbox(run.run.id);
  }

  send(call: SendCall): Promise<void> {
    return this.#run.call('send', call.definition.name, (open) =>
      performSend(this.#run, open, call),
    ) as Promise<void>;
  }

  receive(call: ReceiveCall): Promise<unknown> {
    const untilMs = this.#untilMs(call.timeoutMs);
    return this.#run.call('receive', call.definition.name, (open) =>
      performReceive(this.#run, open, this.#inbox, call, untilMs),
    );
  }

  set(call: ShowCall): Promise<void> {
    return this.#run.call('set', call.definition.name, (open) =>
      performShow(this.#run, open, 'set', call),
    ) as Promise<void>;
  }

  get(call: GetCall): Promise<unknown> {
    const untilMs = this.#untilMs(call.timeoutMs);
    return this.#run.call('get', call.definition.name, (open) => performGet(this.#run, open, call, untilMs));
  }

  write(call: ShowCall): Promise<void> {
    return this.#run.call('write', call.definition.name, (open) =>
      performShow(this.#run, open, 'write', call),
    ) as Promise<void>;
  }

  close(call: CloseCall): Promise<void> {
    return this.#run.call('close', call.definition.name, (open) =>
      performClose(this.#run, open, call),
    ) as Promise<void>;
  }

  async next(call: ReadCall): Promise<StreamEntry | undefined> {
    const { definition, runId, timeoutMs } = call.cursor;
    const key = JSON.stringify([runId, definition.name]);
    if (this.#reading.has(key)) throw streamInUse(definition.name, runId);
    this.#reading.add(key);
    const untilMs = this.#untilMs(timeoutMs);
    try {
      const read = this.#run.call('read', definition.name, (open) =>
        performRead(this.#run, open, call, untilMs),
      );
      return (await read) as StreamEntry | undefined;
    } finally {
      this.#reading.delete(key);
    }
  }

  /** By the run's logical time, so that a wait that was interrupted by a crash is not begun anew. */
  #untilMs(timeoutMs: number | undefined): number | null {
    return timeoutMs === undefined ? null : Math.floor(this.#run.logicalNowMs + timeoutMs);
  }
}
