// npm run test:kinds [-- codex|gemini|opencode …]: the tests of test/kinds on the real CLIs from npm, in the versions of
// test/kinds/package.json; a loopback server plays their models. MCC_KINDS names a node_modules with them instead.
// --record draws the screens of test/agents/screens anew.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const laboratory = join(root, 'test/kinds');
const words = process.argv.slice(2);
const names = words.filter((word) => word !== '--record');

const run = (file, args, options = {}) => {
  const { status, error } = spawnSync(file, args, { stdio: 'inherit', cwd: root, ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

const quiet = ['--no-fund', '--no-audit', '--loglevel=error'];
// opencode's postinstall puts its binary in place; gemini's optional native modules are not needed.
if (!process.env.MCC_KINDS) run('npm', ['install', '--prefix', laboratory, '--no-package-lock', ...quiet]);
const env = { ...process.env, MCC_KINDS: process.env.MCC_KINDS ?? join(laboratory, 'node_modules') };
// The job is done through bin/mcc: what is tested must be what stands in src.
run(process.execPath, [join(root, 'scripts/build.mjs')]);
if (words.includes('--record')) run(process.execPath, [join(laboratory, 'record.ts'), ...names], { env });
else {
  const only = names.length > 0 ? ['-t', names.join('|')] : [];
  const config = join(laboratory, 'vitest.config.ts');
  run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '-c', config, ...only], {
    env,
  });
}
