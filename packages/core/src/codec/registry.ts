import { HoldfastError, NonDeterminismError, NonRetryableError } from '../errors/index.js';
import { type Constructor, ERRORS, homePrototype } from './intrinsics.js';
import { isStorable } from './text.js';

/** How values are recorded that are more than their fields: decimals, instances with private fields, class wrappers. */
export interface Recipe<T = unknown> {
  /** Stands in the stored value. Keep it, whatever the class is called later. */
  readonly name: string;
  /** Whether a value is one of these. Asked of objects that are not plain, of no built-in and no registered class. */
  is(value: unknown): boolean;
  /** Takes the value apart, into anything that can be recorded. */
  encode(value: T): unknown;
  /** Puts it together again. */
  decode(recorded: unknown): T;
}

interface Entry {
  readonly name: string;
  readonly prototype: object;
  readonly isError: boolean;
}

/** Classes whose instances hold more than fields, which only their constructors can give. */
const SLOTTED: readonly Constructor[] = [
  Array,
  ArrayBuffer,
  DataView,
  Date,
  Map,
  Promise,
  RegExp,
  Set,
  URL,
  Object.getPrototypeOf(Uint8Array) as Constructor,
];

/** Holdfast's own errors. Their names are written out: a bundler that minifies an app takes a class's own away. */
const OWN_ERRORS = { HoldfastError, NonDeterminismError, NonRetryableError };

/** The classes whose instances survive storage as what they are. Knows the built-in errors and Holdfast's own. */
export class ClassRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #names = new Map<object | null, Entry>();
  readonly #recipes = new Map<string, Recipe>();

  constructor() {
    for (const cls of ERRORS) this.register(cls);
    for (const [name, cls] of Object.entries(OWN_ERRORS)) this.register(cls, name);
  }

  /**
   * Lets instances of a class be recorded: their own enumerable fields. They come back without their constructor being
   * called, so `#private` fields are lost: use a recipe for a class that has them. Subclasses count for themselves.
   *
   * @param name what stands in the stored value. Default: the class's own name, which a minifier changes.
   * @throws HoldfastError INVALID_NAME for a name of another class, INVALID_OPTION for a class that extends Map, Date
   * and the like, whose instances are more than fields.
   */
  register(cls: Constructor, name: string = cls.name): this {
    const prototype: object = cls.prototype;
    const slotted = SLOTTED.find((builtIn) => prototype instanceof builtIn);
    if (slotted) {
      throw new HoldfastError(
        'INVALID_OPTION',
        `The class "${name}" extends ${slotted.name}, so its instances are more than their fields. Register a recipe for it.`,
      );
    }
    if (this.#isNew(name, this.#entries.get(name)?.prototype === prototype)) {
      const entry: Entry = {
        name,
        prototype,
        isError: prototype instanceof Error || prototype === Error.prototype,
      };
      this.#entries.set(name, entry);
      // The first name is the one that is written. A further one is read, so that a class can be renamed.
      if (!this.#names.has(prototype)) this.#names.set(prototype, entry);
    }
    return this;
  }

  /**
   * Lets errors of a class come back as instances of it. Errors of an unregistered class come back as instances of the
   * nearest registered one they extend, with their own name.
   *
   * @throws HoldfastError INVALID_OPTION for a class that does not extend Error, INVALID_NAME as `register`.
   */
  registerError(cls: Constructor<Error>, name: string = cls.name): this {
    if (cls.prototype instanceof Error) return this.register(cls, name);
    throw new HoldfastError(
      'INVALID_OPTION',
      `The class "${name}" does not extend Error. Register it as a plain class.`,
    );
  }

  /**
   * Lets values be recorded in a way of their own.
   *
   * @throws HoldfastError INVALID_NAME for a name that is taken.
   */
  registerRecipe<T>(recipe: Recipe<T>): this {
    const { name } = recipe;
    if (this.#isNew(name, this.#recipes.get(name) === recipe)) this.#recipes.set(name, recipe as Recipe);
    return this;
  }

  /** The name of the class, not an error's, that made an object with this prototype. */
  className(prototype: object | null): string | undefined {
    const entry = this.#names.get(prototype);
    return entry && !entry.isError ? entry.name : undefined;
  }

  /** The name of the nearest class of an error that is registered. */
  errorName(error: object): string {
    let prototype = Object.getPrototypeOf(error) as object | null;
    for (; prototype; prototype = Object.getPrototypeOf(prototype) as object | null) {
      const entry = this.#names.get(homePrototype(prototype));
      if (entry?.isError) return entry.name;
    }
    return Error.name;
  }

  classPrototype(name: string): object | undefined {
    const entry = this.#entries.get(name);
    return entry?.isError ? undefined : entry?.prototype;
  }

  /** The prototype for errors of a class; that of Error if the class is not known here. */
  errorPrototype(name: string): object {
    const entry = this.#entries.get(name);
    return entry?.isError ? entry.prototype : Error.prototype;
  }

  recipe(name: string): Recipe | undefined {
    return this.#recipes.get(name);
  }

  recipeFor(value: object): Recipe | undefined {
    for (const recipe of this.#recipes.values()) if (recipe.is(value)) return recipe;
    return undefined;
  }

  #isNew(name: string, isSame: boolean): boolean {
    if (isSame) return false;
    if (typeof name !== 'string' || name === '' || !isStorable(name)) {
      throw new HoldfastError(
        'INVALID_NAME',
        'A registered class needs a name. Give one as the second argument.',
      );
    }
    if (!this.#entries.has(name) && !this.#recipes.has(name)) return true;
    throw new HoldfastError(
      'INVALID_NAME',
      `Two classes are registered as "${name}". Give one of them another name; it is stored, so keep it from then on.`,
      { details: { name } },
    );
  }
}
