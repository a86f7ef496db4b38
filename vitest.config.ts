import { defineConfig } from 'vitest/config';

const define = { __KEYHARBOR_CHEAP_KDF__: 'true' };

export default defineConfig({
  test: {
    projects: [
      {
        define,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/vectors/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 30_000, // a bound for a busy machine, not a measure
        },
      },
      {
        define,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
