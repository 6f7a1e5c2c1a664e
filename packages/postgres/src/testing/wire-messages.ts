/** One message of the Postgres protocol: its type letter ('' before a session is set up) and all of its bytes. */
export interface WireMessage {
  readonly type: string;
  readonly bytes: Buffer;
}

const START_UP = 196_608;
const LENGTH_BYTES = 4;

/** Cuts a stream into messages, wherever its chunks begin and end. */
export class MessageReader {
  private pending: Buffer = Buffer.alloc(0);
  private isUntyped: boolean;

  /** @param from who sends: a client begins with messages that have no type letter. */
  constructor(from: 'client' | 'server') {
    this.isUntyped = from === 'client';
  }

  /** The messages that are complete with this chunk. */
  read(chunk: Buffer): WireMessage[] {
    this.pending = Buffer.concat([this.pending, chunk]);
    const messages: WireMessage[] = [];
    for (let next = this.next(); next; next = this.next()) messages.push(next);
    return messages;
  }

  private next(): WireMessage | undefined {
    const head = this.isUntyped ? 0 : 1;
    if (this.pending.length < head + LENGTH_BYTES) return undefined;
    const end = head + this.pending.readInt32BE(head);
    if (this.pending.length < end) return undefined;
    const bytes = this.pending.subarray(0, end);
    this.pending = this.pending.subarray(end);
    if (!this.isUntyped) return { type: String.fromCharCode(bytes.readUInt8(0)), bytes };
    this.isUntyped = startUpCode(bytes) !== START_UP;
    return { type: '', bytes };
  }
}

/** What a message without a type letter asks for: 196608 is a session, others are below. */
export function startUpCode(bytes: Buffer): number {
  return bytes.readInt32BE(LENGTH_BYTES);
}

/** A client asks whether it may encrypt, and waits for one byte. */
export function asksForEncryption(message: WireMessage): boolean {
  return message.type === '' && [80_877_103, 80_877_104].includes(startUpCode(message.bytes));
}

/** The text of a simple query (`Q`). */
export function queryText(message: WireMessage): string {
  return strings(message.bytes, 1)[0] ?? '';
}

/** The name ('' if it has none) and the text of a statement that is prepared (`P`). */
export function parsed(message: WireMessage): { name: string; text: string } {
  const [name = '', text = ''] = strings(message.bytes, 2);
  return { name, text };
}

/** The name of the statement that is bound to values (`B`), '' if it has none. */
export function boundName(message: WireMessage): string {
  return strings(message.bytes, 2)[1] ?? '';
}

/** The first zero-ended strings after the type and the length. */
function strings(bytes: Buffer, count: number): string[] {
  const found: string[] = [];
  let start = 1 + LENGTH_BYTES;
  while (found.length < count) {
    const end = bytes.indexOf(0, start);
    found.push(bytes.toString('utf8', start, end));
    start = end + 1;
  }
  return found;
}
