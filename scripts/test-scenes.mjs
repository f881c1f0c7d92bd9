// npm run test:scenes [-- --version 2.1.197,2.1.329] [--host pty,tmux] [--only words] [--lanes 3] [--list]
// Plays scenes whose truth is known on the real Claude Code CLI and writes test/scenes/results.json; a version that is not
// there is installed.
//   npm run test:scenes -- chaos [--messages 1000] [--agents 8] [--host pty,tmux] [--seed 7]
// sends messages to scripted agents in random states while agents, supervisor and screen are killed; with --real, and --version, to
// the real CLI.
//   npm run test:scenes -- kills [--count 200] [--seed 7]
// kills the supervisor again and again while agents live on in tmux. Both write test/scenes/chaos.json.
//   npm run test:scenes -- docs
// writes the tables of docs/reliability.md anew.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installed, root, run, versionOf } from './claude-binary.mjs';

const words = process.argv.slice(2);
const at = words.indexOf('--version');
const [, named] = at < 0 ? [] : words.splice(at, 2);
const play = join(root, 'test/scenes/run.ts');
// What is played is what stands in src.
run(process.execPath, [join(root, 'scripts/build.mjs')]);
const [first, ...rest] = words;
if (first === 'chaos' || first === 'kills' || first === 'docs') {
  const program = join(
    root,
    'test/scenes',
    { chaos: 'run-chaos.ts', kills: 'run-kills.ts', docs: 'page.ts' }[first],
  );
  const env = { ...process.env, ...(rest.includes('--real') && { MCC_CLAUDE: installed(named) }) };
  process.exit(
    spawnSync(process.execPath, [program, ...rest], { stdio: 'inherit', cwd: root, env }).status ?? 1,
  );
}
let code = 0;
for (const version of named?.split(',') ?? [undefined]) {
  const binary = installed(version);
  console.log(`Claude Code ${versionOf(binary)}`);
  const env = { ...process.env, MCC_CLAUDE: binary };
  code ||= spawnSync(process.execPath, [play, ...words], { stdio: 'inherit', cwd: root, env }).status ?? 1;
}
process.exit(code);
