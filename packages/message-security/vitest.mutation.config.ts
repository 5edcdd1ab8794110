import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

// Without the random messages, which take as long as all other tests together: a mutant that only they kill survives.
export default mergeConfig(config, { test: { exclude: ['test/properties.test.ts'] } });
