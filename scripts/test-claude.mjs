// npm run test:claude [-- version|path …]: the tests of test/claude on a real Claude Code CLI from npm.
// Without arguments: the version locked in test/claude/package-lock.json. `latest` is npm's newest.
// --record draws the fixtures of test/fixtures/claude anew instead.
import { join } from 'node:path';
import { installed, laboratory, root, run, versionOf } from './claude-binary.mjs';

const words = process.argv.slice(2);
const record = words.includes('--record');
const [wanted, ...filters] = words.filter((word) => word !== '--record');

const binary = installed(wanted);
console.log(`Claude Code ${versionOf(binary)}`);
// The whole job is done through bin/mcc: what is tested must be what stands in src.
run(process.execPath, [join(root, 'scripts/build.mjs')]);
const env = { ...process.env, MCC_CLAUDE: binary };
if (record) run(process.execPath, [join(laboratory, 'record.ts')], { env });
else
  run(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '-c',
      join(laboratory, 'vitest.config.ts'),
      ...filters,
    ],
    { env },
  );
