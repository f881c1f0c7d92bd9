import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { inspect, type Repository } from '../../src/io/repository.ts';

/** A folder for the real repositories of one test file, with a space and a non-ASCII letter in its name. */
export const playground = realpathSync(mkdtempSync(join(tmpdir(), 'mcc gît ')));
export const home = join(playground, 'home');
mkdirSync(home);
writeFileSync(
  join(home, '.gitconfig'),
  '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n',
);
process.env.HOME = home;
delete process.env.XDG_CONFIG_HOME;
for (const name of Object.keys(process.env).filter((name) => name.startsWith('GIT_')))
  delete process.env[name];

afterAll(() => rmSync(playground, { recursive: true, force: true }));

/** Git as a person or an agent runs it: with hooks and everything. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

export function script(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** Writes files and commits everything; returns the commit. */
export function commit(folder: string, files: Record<string, string>, message = 'Change'): string {
  write(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', message);
  return git(folder, 'rev-parse', 'HEAD');
}

let count = 0;
export function folder(name = 'pröject'): string {
  const path = join(playground, `${name} ${++count}`);
  mkdirSync(path);
  return path;
}

/** A repository with one commit on main. */
export function makeRoot(files: Record<string, string> = { 'a.txt': '1\n2\n3\n' }): string {
  const root = folder();
  git(root, 'init', '--quiet');
  commit(root, files, 'Start');
  return root;
}

export async function makeRepository(files?: Record<string, string>): Promise<Repository> {
  return (await inspect(makeRoot(files))).repository;
}
