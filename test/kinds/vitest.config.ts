import { defineConfig } from 'vitest/config';

// One real CLI at a time: each takes up to 400 MB and a core while it starts.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    pool: 'forks',
  },
});
