import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomFrom } from '../../bench/random.ts';
import { killAgainAndAgain } from './kills.ts';

/** `npm run test:scenes -- kills [--count 200] [--seed 7]`: writes chaos.json. */
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    dry: { type: 'boolean', default: false },
  },
});
const file = join(import.meta.dirname, 'chaos.json');
const seed = Number(options.seed);
console.log(`seed ${seed}`);
const result = await killAgainAndAgain({
  count: Number(options.count),
  seed,
  random: randomFrom(seed),
  say: (line) => console.log(`  ${line}`),
});
const { wrong, left, early, messages, seconds, count } = result;
const good = wrong.length + left.length === 0;
console.log(
  `${good ? '✓' : '✗'} ${count} kills and ${early} while taking over, ${messages} messages, seed ${seed}, ${seconds} s`,
);
for (const line of [...wrong, ...left.map((one) => `left behind: ${one}`)]) console.log(`    ${line}`);
const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
known.kills = { ...result, at: new Date().toISOString(), commit, load };
if (!options.dry) writeFileSync(file, `${JSON.stringify(known, null, 1)}\n`);
process.exit(good ? 0 : 1);
