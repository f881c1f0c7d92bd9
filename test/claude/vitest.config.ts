import { defineConfig } from 'vitest/config';

// One real CLI at a time: each takes 200 MB and half a core while it draws.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    pool: 'forks',
  },
});
