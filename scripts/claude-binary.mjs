import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
export const laboratory = join(root, 'test/claude');

/** Runs a program to its end; ends this one with its code when that is not 0. */
export const run = (file, args, options = {}) => {
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
/**
 * The real Claude Code CLI from npm, installed where it is missing.
 * @param wanted a version, `latest`, or the path of a binary; the version locked in test/claude/package-lock.json when not given
 */
export const installed = (wanted) => {
  if (wanted?.includes('/')) return resolve(wanted);
  const folder = wanted ? join(laboratory, '.versions', wanted) : laboratory;
  if (!wanted) run('npm', ['ci', '--prefix', folder, ...quiet]);
  else if (wanted === 'latest' || !binaryIn(folder)) {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-save', ...quiet, `@anthropic-ai/claude-code@${wanted}`]);
  }
  const binary = binaryIn(folder);
  if (binary) return binary;
  console.error(
    `no Claude Code binary for ${process.platform}-${process.arch} was installed\nhint: name the path of one instead of a version`,
  );
  process.exit(2);
};

/** The version that a binary tells. */
export const versionOf = (binary) => spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
