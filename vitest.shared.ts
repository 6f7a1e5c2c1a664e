import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** How every package is tested. scripts/summary.mjs adds up the reports. */
export function tests(): ViteUserConfig {
  return defineConfig({
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      pool: 'forks',
      testTimeout: 30_000,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: '.reports/vitest.json' }]],
    },
  });
}
