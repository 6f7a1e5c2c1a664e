const KEY = Symbol.for('reports.process-wide');
const shared = globalThis as { [KEY]?: Map<string, unknown> };

/**
 * One value for the whole process, made when it is first asked for. Next.js evaluates a module more than once: for its
 * pages, its routes and its instrumentation, and anew after each edit in development. What holds connections must be
 * there once all the same.
 */
export function processWide<Value>(name: string, make: () => Value): Value {
  shared[KEY] ??= new Map();
  if (!shared[KEY].has(name)) shared[KEY].set(name, make());
  return shared[KEY].get(name) as Value;
}
