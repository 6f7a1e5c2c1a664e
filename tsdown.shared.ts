import { defineConfig, type UserConfig } from 'tsdown';

/** How every package is built: one output per door, for both module systems, with types for each. */
export function library(doors: string[], format: ('esm' | 'cjs')[] = ['esm', 'cjs']): UserConfig {
  return defineConfig({
    entry: doors.map((door) => `src/${door}.ts`),
    format,
    dts: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warn',
  });
}
