import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** Which folders of src a folder may import from, itself always included (docs/architecture.md, "Layers"). */
const allowed: Record<string, string[]> = {
  core: [],
  commands: ['core'],
  agents: ['core'],
  term: ['core', 'agents'],
  io: ['core', 'agents'],
  wire: ['core', 'commands'],
  supervisor: ['core', 'commands', 'agents', 'term', 'io', 'wire'],
  tui: ['core', 'commands', 'agents', 'term', 'wire'],
  cli: ['.', 'core', 'commands', 'agents', 'term', 'io', 'wire', 'supervisor', 'tui'],
  '.': ['cli', 'core', 'commands', 'agents', 'term', 'io', 'wire', 'supervisor', 'tui'],
};
const pure = ['core', 'commands', 'agents'];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file));
const folder = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? '.') : '.');
const imports = (text: string) =>
  [...text.matchAll(/(?<!['\w])(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');

test('a folder imports only from the layers below it', () => {
  const wrong = files.flatMap((file) =>
    imports(readFileSync(join('src', file), 'utf8'))
      .filter((target) => target.startsWith('.') && !target.endsWith('.json'))
      .map((target) => relative('src', resolve('src', dirname(file), target)))
      .filter((target) => folder(target) !== folder(file) && !allowed[folder(file)]?.includes(folder(target)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('core, commands and agents know no clock, process, randomness or node module', () => {
  const wrong = files
    .filter((file) => pure.includes(folder(file)))
    // It holds the text of a program that another process runs.
    .filter((file) => file !== 'agents/opencode-plugin.ts')
    .flatMap((file) => {
      const text = readFileSync(join('src', file), 'utf8');
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const found =
        code.match(
          /Date\.now|new Date\(\)|Math\.random|\bprocess\.|performance\.|randomUUID|setTimeout|setInterval/g,
        ) ?? [];
      const modules = imports(text).filter(
        (name) => name.startsWith('node:') || (!name.startsWith('.') && name !== 'zod'),
      );
      return [...found, ...modules].map((what) => `${file}: ${what}`);
    });
  expect(wrong).toEqual([]);
});

test('only term/screen.ts knows xterm, and only term/tty.ts mentions process.stdout', () => {
  const wrong = files.flatMap((file) => {
    const text = readFileSync(join('src', file), 'utf8');
    return [
      ...(file !== 'term/screen.ts' && imports(text).some((name) => name.startsWith('@xterm/'))
        ? [`${file}: xterm`]
        : []),
      ...(!['term/tty.ts', 'cli.ts'].includes(file) &&
      !file.startsWith('cli/') &&
      /process\.stdout/.test(text)
        ? [`${file}: process.stdout`]
        : []),
    ];
  });
  expect(wrong).toEqual([]);
});
