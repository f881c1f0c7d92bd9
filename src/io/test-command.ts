import type { TestCommand } from '../core/survey.ts';

type Read = (name: string) => Promise<string | undefined>;

/** Where one file in the root says how tests are run: the file, a pattern it must contain, the command. */
const marks: [file: string, pattern: RegExp, run: string][] = [
  ['Cargo.toml', /./, 'cargo test'],
  ['go.mod', /./, 'go test ./...'],
  ['mix.exs', /./, 'mix test'],
  ['Package.swift', /./, 'swift test'],
  ['gradlew', /./, './gradlew test'],
  ['mvnw', /./, './mvnw -q test'],
  ['pom.xml', /./, 'mvn -q test'],
  ['build.gradle', /./, 'gradle test'],
  ['build.gradle.kts', /./, 'gradle test'],
  ['.rspec', /./, 'bundle exec rspec'],
  ['tox.ini', /\[tox\]/, 'tox'],
  ['justfile', /^test\b.*:/m, 'just test'],
  ['Makefile', /^test\s*:(?!=)/m, 'make test'],
];

/**
 * How the repository's tests are run, most specific first; empty when nothing in its root says so. A gate runs in a
 * clean checkout, so a command installs the dependencies first where a lock file names some.
 */
export async function testCommands(files: readonly string[], read: Read): Promise<TestCommand[]> {
  const found: TestCommand[] = [
    ...(await fromPackage(files, read)),
    ...(await fromDeno(files, read)),
    ...(await fromPython(files, read)),
  ];
  for (const [file, pattern, run] of marks) {
    if (
      !files.includes(file) ||
      found.some((command) => command.inner.startsWith(run.split(' ', 1)[0] ?? run))
    )
      continue;
    if (file.startsWith('build.gradle') && files.includes('gradlew')) continue;
    if (file === 'pom.xml' && files.includes('mvnw')) continue;
    if (pattern.test((await read(file)) ?? '')) found.push({ run, inner: run, why: file });
  }
  return found;
}

/** Lock file → what installs exactly what it names, and what runs the script. */
const packagers: [lock: string, install: string, run: string][] = [
  ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm test'],
  ['yarn.lock', 'yarn install --frozen-lockfile', 'yarn test'],
  ['bun.lock', 'bun install --frozen-lockfile', 'bun run test'],
  ['bun.lockb', 'bun install --frozen-lockfile', 'bun run test'],
  ['package-lock.json', 'npm ci', 'npm test'],
  ['npm-shrinkwrap.json', 'npm ci', 'npm test'],
];

async function fromPackage(files: readonly string[], read: Read): Promise<TestCommand[]> {
  if (!files.includes('package.json')) return [];
  const { scripts = {}, dependencies = {}, devDependencies = {} } = mapping(await read('package.json'));
  const script = (scripts as Record<string, unknown>).test;
  // What `npm init` writes, in all its variants.
  if (typeof script !== 'string' || script.trim() === '' || /no test specified/.test(script)) return [];
  const [, install, inner] = packagers.find(([lock]) => files.includes(lock)) ?? [
    '',
    'npm install',
    'npm test',
  ];
  const needs = Object.keys({ ...(dependencies as object), ...(devDependencies as object) }).length > 0;
  return [{ run: needs ? `${install} && ${inner}` : inner, inner, why: 'package.json, scripts.test' }];
}

async function fromDeno(files: readonly string[], read: Read): Promise<TestCommand[]> {
  const file = ['deno.json', 'deno.jsonc'].find((name) => files.includes(name));
  if (!file) return [];
  const inner = /"tasks"\s*:\s*\{[^}]*"test"\s*:/.test((await read(file)) ?? '')
    ? 'deno task test'
    : 'deno test';
  return [{ run: inner, inner, why: file }];
}

async function fromPython(files: readonly string[], read: Read): Promise<TestCommand[]> {
  const texts = await Promise.all(
    ['pyproject.toml', 'setup.cfg', 'requirements.txt', 'requirements-dev.txt'].map(async (name) =>
      files.includes(name) ? await read(name) : '',
    ),
  );
  const why =
    ['pytest.ini', 'conftest.py'].find((name) => files.includes(name)) ??
    (texts.some((text) => /pytest/.test(text ?? '')) ? 'pytest is named' : undefined);
  if (!why) return [];
  const [before] = [
    ['uv.lock', 'uv run '],
    ['poetry.lock', 'poetry run '],
    ['pdm.lock', 'pdm run '],
  ]
    .find(([lock]) => files.includes(lock ?? ''))
    ?.slice(1) ?? [''];
  const inner = `${before}pytest`;
  return [{ run: before === 'poetry run ' ? `poetry install && ${inner}` : inner, inner, why }];
}

/** A JSON text as a mapping; an empty one when it is none. */
function mapping(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
