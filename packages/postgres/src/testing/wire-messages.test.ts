import { describe, expect, test } from 'vitest';
import {
  asksForEncryption,
  boundName,
  MessageReader,
  parsed,
  queryText,
  type WireMessage,
} from './wire-messages.js';

const startUp = untyped(196_608, 'user\0postgres\0\0');
const encryption = untyped(80_877_103);
const session = [
  startUp,
  typed('P', 'by id\0select $1::text\0', [0, 0]),
  typed('B', 'portal\0by id\0', [0, 0, 0, 0, 0, 0]),
  typed('S'),
  typed('Q', 'select \'"é"\'\0'),
];

describe('reading what a client sends', () => {
  test('messages are the same wherever the stream is cut', () => {
    const stream = Buffer.concat(session);
    for (let cut = 0; cut <= stream.length; cut++) {
      const messages = read(stream.subarray(0, cut), stream.subarray(cut));
      expect(messages.map(({ type }) => type)).toEqual(['', 'P', 'B', 'S', 'Q']);
      expect(Buffer.concat(messages.map(({ bytes }) => bytes))).toEqual(stream);
    }
  });

  test('the texts and names in them are found', () => {
    const [, parse, bind, , query] = read(...session) as [unknown, ...WireMessage[]];
    expect(parse && parsed(parse)).toEqual({ name: 'by id', text: 'select $1::text' });
    expect(bind && boundName(bind)).toBe('by id');
    expect(query && queryText(query)).toBe('select \'"é"\'');
  });

  test('a client may ask for encryption before it begins its session', () => {
    const messages = read(encryption, ...session);
    expect(messages.map(asksForEncryption)).toEqual([true, false, false, false, false, false]);
    expect(messages.at(-1)?.type).toBe('Q');
  });
});

test('what a server sends has types from the first message on', () => {
  const messages = new MessageReader('server').read(Buffer.concat([typed('R', '\0\0\0\0'), typed('Z', 'I')]));
  expect(messages.map(({ type }) => type)).toEqual(['R', 'Z']);
});

function read(...chunks: Buffer[]): WireMessage[] {
  const reader = new MessageReader('client');
  return chunks.flatMap((chunk) => reader.read(chunk));
}

function untyped(code: number, text = ''): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + Buffer.byteLength(text), 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function typed(type: string, text = '', more: number[] = []): Buffer {
  const body = Buffer.concat([Buffer.from(text), Buffer.from(more)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}
