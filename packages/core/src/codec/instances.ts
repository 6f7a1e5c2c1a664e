import { HoldfastError } from '../errors/index.js';
import { corrupt } from './extra.js';
import { define, enumerableSymbols, fieldsOf, writeFields } from './fields.js';
import type { Reading, Write } from './kind.js';
import { symbolKey, throwing } from './refusal.js';
import type { Recipe } from './registry.js';
import type { Slot } from './slot.js';

/** An instance of a registered class: its own fields, under the class's name. */
export function instanceWriter(name: string): Write {
  return (value, place, writing) => {
    const [symbol] = enumerableSymbols(value);
    const keys = Object.keys(value);
    if (symbol !== undefined && !place.lenient) return symbolKey(symbol);
    writing.noteOn(place, 'class', name);
    return writeFields(value, keys);
  };
}

export function readInstance(slot: Slot, reading: Reading): object {
  const name = String(slot.args[0]);
  const prototype = reading.classes.classPrototype(name);
  if (!prototype) throw unknown(`an instance of the class "${name}"`, name);
  const instance = slot.make<object>(Object.create(prototype));
  for (const [key, value] of fieldsOf(slot, reading)) define(instance, key, value);
  return instance;
}

/** A value that a recipe takes apart. */
export function recipeWriter(recipe: Recipe): Write {
  return (value, place, writing) => {
    let recorded: unknown;
    try {
      recorded = recipe.encode(value);
    } catch (cause) {
      return throwing(`value on which the recipe "${recipe.name}" fails`, cause);
    }
    const { json, notes } = writing.within(place, recorded);
    writing.noteOn(place, 'recipe', recipe.name, ...(notes.length > 0 ? [notes] : []));
    return json;
  };
}

export function readRecipe(slot: Slot, reading: Reading): unknown {
  const [name, notes = []] = slot.args;
  const recipe = reading.classes.recipe(String(name));
  if (!recipe) throw unknown(`a value of the recipe "${name}"`, String(name));
  const recorded = reading.within(slot.raw, notes);
  try {
    return recipe.decode(recorded);
  } catch (cause) {
    throw corrupt(`the recipe "${recipe.name}" fails on it`, cause);
  }
}

function unknown(what: string, name: string): HoldfastError {
  return new HoldfastError(
    'UNSUPPORTED',
    `A stored value holds ${what}, which this process does not know. List it in the \`classes\` of the app.`,
    { details: { class: name } },
  );
}
