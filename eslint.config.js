// Only the rules that need types, and the ban on ambient time and chance. Biome does the rest,
// and .dependency-cruiser.mjs keeps the order of imports.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const injected = 'take it from time/, so that a replay and a test see the same value.';

export default defineConfig(
  globalIgnores(['**/dist/', '**/.next/', '**/generated/', '**/.reports/', '**/coverage/', '.tools/']),
  {
    files: [
      'packages/*/src/**/*.ts',
      'packages/*/test/**/*.ts',
      'apps/*/src/**/*.{ts,tsx}',
      'apps/*/test/**/*.ts',
    ],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ['packages/core/src/**/*.ts'],
    ignores: ['packages/core/src/time/**', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: `Date.now() is ambient: ${injected}` },
        { object: 'Math', property: 'random', message: `Math.random() is ambient: ${injected}` },
        { object: 'performance', property: 'now', message: `performance.now() is ambient: ${injected}` },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: ":matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0]",
          message: `A Date without arguments is the ambient time: ${injected}`,
        },
      ],
    },
  },
);
