import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Shell } from '../../src/cli/shell.ts';

export type Ran = { code: number; out: string; err: string };

/** Runs one command line in this process, with what a person would have around it. */
export async function mcc(
  words: readonly string[],
  options: { cwd: string; env?: Shell['env']; input?: string } & Partial<
    Omit<Shell, 'input' | 'env' | 'cwd'>
  >,
): Promise<Ran> {
  const { cwd, env, input, ...rest } = options;
  const home = options.home ?? process.cwd();
  let out = '';
  let err = '';
  const shell: Shell = {
    version: '0.0.0-test',
    home,
    program: [process.execPath, join(home, 'bin', 'mcc')],
    cwd,
    env: { PATH: '/usr/bin:/bin', HOME: '/nowhere', ...env },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    terminal: undefined,
    colour: false,
    input: async () => input,
    interrupted: () => () => {},
    lines: async function* () {
      yield* input?.split('\n') ?? [];
    },
    ...rest,
  };
  return { code: await main(words, shell), out, err };
}

/** An empty folder that goes away with the test; its name has what a careless program trips over. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'mcc ünï $x-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd,
    encoding: 'utf8',
  });

export function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** A repository with an identity and one commit of the files. */
export function repository(files: Record<string, string> = { 'README.md': '# x\n' }): string {
  const root = folder();
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'config', 'user.name', 'Test');
  git(root, 'config', 'user.email', 'test@example.org');
  write(root, files);
  git(root, 'add', '.');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'Start');
  return root;
}

/**
 * The text of a `bin/mcc` that is this source, so that no build is needed before the test. What was compiled is kept, as the
 * real one keeps it: a team starts it dozens of times, and each would compile all of it (measured: 0.16 s of work against 0.05).
 */
export const sourceBin = `import module from 'node:module';
module.enableCompileCache(${JSON.stringify(resolve('node_modules/.cache/mcc-test'))});
await import(${JSON.stringify(resolve('src/cli.ts'))});
`;

/** A folder that mcc is installed in, from this source. */
export function installed(): string {
  const home = folder();
  write(home, { 'bin/mcc': sourceBin });
  for (const name of ['layouts', 'roles', 'examples']) symlinkSync(resolve(name), join(home, name));
  return home;
}
