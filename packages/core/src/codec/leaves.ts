import { corrupt, type Json } from './extra.js';
import { TYPED_ARRAYS } from './intrinsics.js';
import type { Write } from './kind.js';
import type { Slot } from './slot.js';
import { repair, substitute } from './text.js';

// Methods are borrowed from the prototypes, so that objects of another realm work, and impostors throw.
const getTime = Date.prototype.getTime;

export const writeDate: Write = (value, place, writing) => {
  const time = getTime.call(value as Date);
  writing.noteOn(place, 'date');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
};

export function readDate({ raw }: Slot): Date {
  return new Date(raw === null ? Number.NaN : text(raw));
}

/** `lastIndex` is not kept: the expression starts over. */
export const writeRegExp: Write = (value, place, writing) => {
  const { source, flags } = new RegExp(value as RegExp);
  const { text: json, repairs } = substitute(`/${source}/${flags}`);
  writing.noteOn(place, 'regexp', ...repairs);
  return json;
};

export function readRegExp({ raw, args }: Slot): RegExp {
  const written = repair(raw, args);
  const end = written.lastIndexOf('/');
  return new RegExp(written.slice(1, end), written.slice(end + 1));
}

export const writeUrl: Write = (value, place, writing) => {
  const { href } = value as URL;
  writing.noteOn(place, 'url');
  return href;
};

export function readUrl({ raw }: Slot): URL {
  return new URL(text(raw));
}

/** Bytes under a class name. Two views of one buffer come back as views of two. */
export function bytesWriter(name: string): Write {
  return (value, place, writing) => {
    const bytes = ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      : Buffer.from(value as ArrayBuffer);
    writing.noteOn(place, 'bytes', name);
    return bytes.toString('base64');
  };
}

export function readBytes({ raw, args }: Slot): object {
  const [name] = args;
  const bytes = Buffer.from(text(raw), 'base64');
  if (name === 'Buffer') return bytes;
  const { buffer } = new Uint8Array(bytes); // a copy: small Buffers share one
  if (name === 'ArrayBuffer') return buffer;
  if (name === 'DataView') return new DataView(buffer);
  const View = TYPED_ARRAYS.get(String(name));
  if (!View) throw corrupt(`it holds bytes of the unknown class ${String(name)}`);
  return new View(buffer);
}

function text(raw: Json): string {
  if (typeof raw === 'string') return raw;
  throw corrupt('a string is missing');
}
