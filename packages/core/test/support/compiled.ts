import { readFileSync } from 'node:fs';
import ts from 'typescript';
import * as core from '../../src/index.js';
import type * as Fixture from '../decorators/shop.js';

/** The two forms of decorators that TypeScript compiles to. */
export type DecoratorForm = 'standard' | 'experimental';

const compiled = new Map<DecoratorForm, typeof Fixture>();

/** The fixture's module, compiled with one form of decorators. It uses the very core that the tests use. */
export function compiledShop(form: DecoratorForm): typeof Fixture {
  const known = compiled.get(form);
  if (known) return known;
  const source = readFileSync(new URL('../decorators/shop.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: form === 'experimental',
    },
  });
  const module = { exports: {} };
  const require = (): typeof core => core;
  new Function('require', 'module', 'exports', outputText)(require, module, module.exports);
  compiled.set(form, module.exports as typeof Fixture);
  return module.exports as typeof Fixture;
}
