import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fuzz } from './fuzz.ts';

/**
 * `npm run test:screens` runs everything in test/screens; `-- --fuzz 10000000 [--seed 7]` so many random and mutated bytes
 * instead. A seed that is not named is new each time, and printed.
 */
const words = process.argv.slice(2);
const value = (flag: string) => {
  const at = words.indexOf(flag);
  return at < 0 ? undefined : Number(words[at + 1]);
};
const bytes = value('--fuzz');
if (bytes === undefined) {
  const root = join(import.meta.dirname, '../..');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/screens', ...words], {
    stdio: 'inherit',
    cwd: root,
  });
  process.exit(status ?? 1);
}
if (!(bytes > 0)) {
  console.error('how many bytes? for example: npm run test:screens -- --fuzz 10000000');
  process.exit(2);
}
const seed = value('--seed') ?? Math.floor(Math.random() * 2 ** 31);
console.log(`seed ${seed}`);
const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
let shown = 0;
const done = fuzz(bytes, seed, (count) => {
  if (seconds() - shown < 5) return;
  shown = seconds();
  console.log(`${(count / 1e6).toFixed(1)} MB, ${(count / seconds() / 1e6).toFixed(2)} MB/s`);
});
const { wrong, ...counts } = done;
console.log({ ...counts, seconds: Math.round(seconds()), 'bytes/s': Math.round(bytes / seconds()) });
for (const what of wrong) console.error(what);
process.exit(wrong.length > 0 ? 1 : 0);
