import { mergeConfig } from 'vitest/config';
import { tests } from '../../vitest.shared.ts';

export default mergeConfig(tests(), { test: { globalSetup: ['test/global-setup.ts'] } });
