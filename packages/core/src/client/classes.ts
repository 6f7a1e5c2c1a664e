import { ClassRegistry } from '../codec/index.js';
import type { HoldfastOptions } from './options.js';

/** The classes and recipes that an app or a client knows. */
export function classRegistry(classes: NonNullable<HoldfastOptions['classes']>): ClassRegistry {
  const registry = new ClassRegistry();
  for (const one of classes) {
    if (typeof one === 'function') registry.register(one);
    else if ('class' in one) registry.register(one.class, one.name);
    else registry.registerRecipe(one);
  }
  return registry;
}
