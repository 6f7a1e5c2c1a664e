import { readFileSync } from 'node:fs';
import ts from 'typescript';
import * as core from '../../src/index.js';
import type * as Fixture from '../decorators/shop.js';

/** The two forms of decorators that TypeScript compiles to. */
export type DecoratorForm = 'standard' | 'experimental';

const compiled = new Map<string, object>();

/** The module of the decorated shop, compiled with one form of decorators. */
export function compiledShop(form: DecoratorForm): typeof Fixture {
  return compiledFixture<typeof Fixture>('shop', form);
}

/** The module of a fixture, compiled with one form of decorators. It uses the very core that the tests use. */
export function compiledFixture<T extends object>(name: string, form: DecoratorForm): T {
  const known = compiled.get(`${name} ${form}`);
  if (known) return known as T;
  const source = readFileSync(new URL(`../decorators/${name}.ts`, import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: form === 'experimental',
    },
  });
  const module: { exports: object } = { exports: {} };
  const require = (): typeof core => core;
  new Function('require', 'module', 'exports', outputText)(require, module, module.exports);
  compiled.set(`${name} ${form}`, module.exports);
  return module.exports as T;
}
