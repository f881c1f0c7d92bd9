import { defineConfig } from 'vitest/config';

// Real ptys and real git run in these tests: two workers fit two cores, and a generous bound only ends what hangs.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/claude/**', 'test/kinds/**', 'node_modules/**', 'worktrees/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
  },
});
