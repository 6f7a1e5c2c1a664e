import { mergeConfig } from 'vitest/config';
import { tests } from '../../vitest.shared.ts';

// Processes are started and killed, on machines that may be busy.
export default mergeConfig(tests(), {
  test: { globalSetup: ['test/global-setup.ts'], testTimeout: 90_000 },
});
