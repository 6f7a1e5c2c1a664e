import {
  readArray,
  readHoles,
  readMap,
  readObject,
  readSet,
  writeArray,
  writeMap,
  writeObject,
  writeSet,
} from './collections.js';
import { readError, writeError } from './errors.js';
import { enumerableSymbols } from './fields.js';
import { instanceWriter, readInstance, readRecipe, recipeWriter } from './instances.js';
import { isError, prototypeOf, TYPED_ARRAYS } from './intrinsics.js';
import type { Read, Write } from './kind.js';
import {
  bytesWriter,
  readBytes,
  readDate,
  readRegExp,
  readUrl,
  writeDate,
  writeRegExp,
  writeUrl,
} from './leaves.js';
import { ownField } from './refusal.js';
import type { ClassRegistry } from './registry.js';
import { readBigInt, readNumber, readString } from './scalars.js';

/** How the objects of the built-in classes are written, by prototype. */
const WRITERS: ReadonlyMap<object | null, Write> = new Map<object | null, Write>([
  [null, writeObject],
  [Object.prototype, writeObject],
  [Array.prototype, writeArray],
  [Map.prototype, withoutFields('Map', writeMap)],
  [Set.prototype, withoutFields('Set', writeSet)],
  [Date.prototype, withoutFields('Date', writeDate)],
  [RegExp.prototype, withoutFields('RegExp', writeRegExp)],
  [URL.prototype, withoutFields('URL', writeUrl)],
  [ArrayBuffer.prototype, withoutFields('ArrayBuffer', bytesWriter('ArrayBuffer'))],
  [DataView.prototype, withoutFields('DataView', bytesWriter('DataView'))],
  [Buffer.prototype, bytesWriter('Buffer')],
  ...[...TYPED_ARRAYS].map(([name, View]) => [View.prototype as object, bytesWriter(name)] as const),
]);

/** How each kind of note is read. */
export const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['undefined', () => undefined],
  ['number', readNumber],
  ['bigint', readBigInt],
  ['string', readString],
  ['date', readDate],
  ['regexp', readRegExp],
  ['url', readUrl],
  ['bytes', readBytes],
  ['map', readMap],
  ['set', readSet],
  ['holes', readHoles],
  ['array', readArray],
  ['object', readObject],
  ['error', readError],
  ['class', readInstance],
  ['recipe', readRecipe],
  ['ref', (slot, reading) => reading.target(slot)],
]);

/** How an object is written, or undefined for one that cannot be recorded. */
export function writerOf(value: object, classes: ClassRegistry): Write | undefined {
  const prototype = prototypeOf(value);
  const builtIn = WRITERS.get(prototype);
  if (builtIn) return builtIn;
  const name = classes.className(prototype);
  if (name !== undefined) return instanceWriter(name);
  const recipe = classes.recipeFor(value);
  if (recipe) return recipeWriter(recipe);
  return isError(value) ? writeError : undefined;
}

/** Objects that JSON has in one piece leave no room for fields that the user hung on them. */
function withoutFields(name: string, write: Write): Write {
  return (value, place, writing) => {
    const [field] = [...Object.keys(value), ...enumerableSymbols(value)];
    return field === undefined ? write(value, place, writing) : ownField(name, field);
  };
}
