// npm run test:claude [-- version|path …]: the tests of test/claude on a real Claude Code CLI from npm.
// Without arguments: the version locked in test/claude/package-lock.json. `latest` is npm's newest.
// --record draws the fixtures of test/fixtures/claude anew instead.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const laboratory = join(root, 'test/claude');
const words = process.argv.slice(2);
const record = words.includes('--record');
const [wanted, ...filters] = words.filter((word) => word !== '--record');

const run = (file, args, options = {}) => {
  const { status, error } = spawnSync(file, args, { stdio: 'inherit', cwd: root, ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

/** The native binary inside an installation; the package's own postinstall only copies it elsewhere. */
const binaryIn = (folder) => {
  const scope = join(folder, 'node_modules/@anthropic-ai');
  const found = existsSync(scope)
    ? readdirSync(scope)
        .filter((name) => name.startsWith('claude-code-'))
        .map((name) => join(scope, name, 'claude'))
        .filter((path) => existsSync(path))
    : [];
  // Where both libc flavours were installed, the one that starts is the right one.
  return found.find((path) => spawnSync(path, ['--version']).status === 0);
};

const quiet = ['--no-fund', '--no-audit', '--ignore-scripts', '--loglevel=error'];
const install = () => {
  if (wanted?.includes('/')) return resolve(wanted);
  const folder = wanted ? join(laboratory, '.versions', wanted) : laboratory;
  if (!wanted) run('npm', ['ci', '--prefix', folder, ...quiet]);
  else if (wanted === 'latest' || !binaryIn(folder)) {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-save', ...quiet, `@anthropic-ai/claude-code@${wanted}`]);
  }
  return binaryIn(folder);
};

const binary = install();
if (!binary) {
  console.error(
    `no Claude Code binary for ${process.platform}-${process.arch} was installed\nhint: npm run test:claude -- /path/to/claude`,
  );
  process.exit(2);
}
console.log(`Claude Code ${spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
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
