import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { examples, usedNames } from './examples.js';

const PACKAGE = join(import.meta.dirname, '..', '..');

/** What examples leave to the reader: names of the reader's own code, and packages that are not this one's to know. */
const LEFT_TO_THE_READER = new Set([2304, 2307, 2503, 2552, 18004]);

/** What examples have from the ones before them. */
const GIVEN = [
  'app: __core.Holdfast',
  'client: __core.Client',
  'runId: string',
  'failedIds: readonly string[]',
  'tokens: __core.RunStream<string>',
];

/** An example with what it takes for granted: a launched app, a client, and the names of this package. */
function asModule(example: string): string {
  const names = usedNames(example).filter((name) => !new RegExp(`import [^;]*\\b${name}\\b`).test(example));
  const declared = GIVEN.filter((one) => !new RegExp(`const ${one.split(':')[0]}\\b`).test(example));
  return [
    "import type * as __core from '@holdfast/core';",
    `import { ${names.join(', ')} } from '@holdfast/core';`,
    ...declared.map((one) => `declare const ${one};`),
    example.replaceAll(/: \{ … \}/g, ': undefined as never').replaceAll('…', 'return undefined as never;'),
    'export {};',
  ].join('\n');
}

let found: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  const files = new Map([...examples].map(([name, text]) => [join(PACKAGE, `${name}.ts`), asModule(text)]));
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noImplicitAny: false,
    useUnknownInCatchVariables: false,
    noEmit: true,
    skipLibCheck: true,
    experimentalDecorators: false,
    types: ['node'],
    paths: { '@holdfast/core': [join(PACKAGE, 'src', 'index.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  found = new Map(
    [...examples.keys()].map((name) => {
      const file = program.getSourceFile(join(PACKAGE, `${name}.ts`))!;
      const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return [
        name,
        diagnostics
          .filter(({ code }) => !LEFT_TO_THE_READER.has(code))
          .map(({ code, messageText }) => `${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
      ];
    }),
  );
}, 120_000);

test.each([...examples.keys()])('example %s of the guides has the types of this package', (name) => {
  expect(found.get(name)).toEqual([]);
});
