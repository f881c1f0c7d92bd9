import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomFrom } from '../../bench/random.ts';
import { type Chaos, chaos } from './chaos.ts';
import { realCast } from './real-cast.ts';
import type { HostName } from './scene.ts';

/**
 * `npm run test:scenes -- chaos [--messages 1000] [--agents 8] [--host pty,tmux] [--seed 7]`: writes chaos.json. With
 * `--real` the CLI of MCC_CLAUDE plays the agents.
 */
const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000' },
    agents: { type: 'string', default: '8' },
    host: { type: 'string', default: 'pty,tmux' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    real: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
  },
});
const file = join(import.meta.dirname, 'chaos.json');
// Read right before it is written: another run may have ended meanwhile.
const read = (): Record<string, Chaos & { at: string; commit: string; load: number }> =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const seed = Number(options.seed);
console.log(`seed ${seed}`);
const binary = process.env.MCC_CLAUDE ?? '';
const version = options.real
  ? (execFileSync(binary, ['--version'], { encoding: 'utf8' }).split(' ')[0] ?? '')
  : '';
let bad = 0;
for (const host of options.host.split(',') as HostName[]) {
  const result = await chaos({
    messages: Number(options.messages),
    agents: Number(options.agents),
    seed,
    host,
    random: randomFrom(seed),
    say: (line) => console.log(`  ${host}: ${line}`),
    ...(options.real
      ? {
          cast: await realCast(binary, version),
          env: {
            ANTHROPIC_API_KEY: 'sk-ant-fake-key-for-the-laboratory-0001',
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          },
        }
      : {}),
  });
  const { deeds, wrong, left, seconds } = result;
  console.log(`${wrong.length + left.length === 0 ? '✓' : '✗'} ${host}, seed ${seed}, ${seconds} s`, deeds);
  for (const line of [...wrong, ...left.map((one) => `left behind: ${one}`)]) console.log(`    ${line}`);
  bad += wrong.length + left.length;
  const known = read();
  known[options.real ? `chaos ${version} ${host}` : `chaos ${host}`] = {
    ...result,
    at: new Date().toISOString(),
    commit,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  if (!options.dry) writeFileSync(file, `${JSON.stringify(known, null, 1)}\n`);
}
process.exit(bad > 0 ? 1 : 0);
