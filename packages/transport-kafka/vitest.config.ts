import { mergeConfig } from 'vitest/config';
import { tests } from '../../vitest.shared.ts';

// Most of the time these tests wait for the broker to notice something: several files can do so at once.
export default mergeConfig(tests(), {
  test: { globalSetup: ['test/global-setup.ts'], maxWorkers: 3, testTimeout: 60_000 },
});
