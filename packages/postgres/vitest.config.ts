import { mergeConfig } from 'vitest/config';
import { tests } from '../../vitest.shared.ts';

export default mergeConfig(tests(), {
  // With the collector at hand, a test can tell memory in use from memory not yet collected.
  test: { globalSetup: ['test/global-setup.ts'], execArgv: ['--expose-gc'] },
});
