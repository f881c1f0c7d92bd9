import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderTeam } from '../../src/core/first-team.ts';
import type { Survey } from '../../src/core/survey.ts';
import { parseTeam } from '../../src/io/config.ts';
import { survey } from '../../src/io/survey.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mcc survey-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}
function program(name: string, script: string) {
  write({ [`bin/${name}`]: `#!/bin/sh\n${script}\n` });
  chmodSync(join(root, 'bin', name), 0o755);
}
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
const look = () => survey(root, { PATH: `${join(root, 'bin')}:/usr/bin:/bin` });
const script = (test: string, more = {}) => JSON.stringify({ scripts: { test }, ...more });
const some = { devDependencies: { vitest: '1' } };

describe('the test command', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['of npm', { 'package.json': script('vitest') }, 'npm test'],
    [
      'of npm with a lock file',
      { 'package.json': script('vitest', some), 'package-lock.json': '{}' },
      'npm ci && npm test',
    ],
    ['of npm without one', { 'package.json': script('vitest', some) }, 'npm install && npm test'],
    [
      'of pnpm',
      { 'package.json': script('x', some), 'pnpm-lock.yaml': '' },
      'pnpm install --frozen-lockfile && pnpm test',
    ],
    [
      'of yarn',
      { 'package.json': script('x', some), 'yarn.lock': '' },
      'yarn install --frozen-lockfile && yarn test',
    ],
    [
      'of bun',
      { 'package.json': script('x', some), 'bun.lock': '' },
      'bun install --frozen-lockfile && bun run test',
    ],
    [
      'is none where npm left its placeholder',
      { 'package.json': script('echo "Error: no test specified" && exit 1') },
      undefined,
    ],
    ['is none where package.json is broken', { 'package.json': '{"scripts":' }, undefined],
    ['of deno', { 'deno.json': '{"tasks": {"test": "deno test -A"}}' }, 'deno task test'],
    ['of cargo', { 'Cargo.toml': '[package]' }, 'cargo test'],
    ['of go', { 'go.mod': 'module x' }, 'go test ./...'],
    ['of pytest', { 'pyproject.toml': '[tool.pytest.ini_options]' }, 'pytest'],
    ['of pytest by uv', { 'pyproject.toml': 'dev = ["pytest"]', 'uv.lock': '' }, 'uv run pytest'],
    ['of make', { Makefile: 'all: x\ntest: x\n\t./t\n' }, 'make test'],
    ['is not a variable of make', { Makefile: 'test := 3\n' }, undefined],
    ['of gradle, by its wrapper', { 'build.gradle.kts': 'x', gradlew: '#!/bin/sh' }, './gradlew test'],
    ['is none in an empty folder', {}, undefined],
  ])('%s', async (_, files, expected) => {
    write(files);
    expect((await look()).tests[0]?.run).toBe(expected);
  });

  test('others that were found as well are kept', async () => {
    write({ 'package.json': script('x'), Makefile: 'test:\n\tx\n' });
    expect((await look()).tests.map(({ run }) => run)).toEqual(['npm test', 'make test']);
  });
});

describe('the base branch', () => {
  test.each([
    ['trunk', [], 'trunk'],
    ['feature/x', ['master'], 'master'],
    ['only-this', [], 'only-this'],
  ])('on %s with %j beside it is %s', async (current, others, expected) => {
    git('init', '-q', '-b', current);
    git('commit', '-q', '--allow-empty', '-m', 'x');
    for (const name of others) git('branch', name);
    expect(await look()).toMatchObject({ branch: current, base: expected });
  });

  test('is known before the first commit, and unknown outside a repository', async () => {
    expect(await survey(root, { PATH: '/usr/bin:/bin' })).toMatchObject({
      branch: undefined,
      base: undefined,
    });
    git('init', '-q', '-b', 'main');
    expect(await look()).toMatchObject({ branch: 'main', base: 'main' });
  });
});

test('coding CLIs on PATH are found with their version, also where they hang, fail or say nothing', async () => {
  program('claude', 'echo "2.1.328 (Claude Code)"');
  program('codex', 'echo oops >&2; exit 3');
  program('gemini', 'echo v0.9.1-nightly.2');
  writeFileSync(join(root, 'bin', 'aider'), 'not executable');
  const { clis, claude } = await look();
  expect(clis.map(({ name, version }) => `${name} ${version}`)).toEqual([
    'claude 2.1.328',
    'codex ',
    'gemini 0.9.1-nightly.2',
  ]);
  expect(claude?.path).toBe(join(root, 'bin', 'claude'));
});

describe('the first agents.yaml', () => {
  const seen = (part: Partial<Survey>): Survey => ({
    ...{ branch: 'main', base: 'main', tests: [], clis: [], folders: [], languages: [] },
    claude: { name: 'claude', path: '/bin/claude', version: '2.1.328' },
    ...part,
  });
  const render = (part: Partial<Survey>) => renderTeam(seen(part), './.mcc/agents.schema.json');
  const team = (part: Partial<Survey>) => parseTeam(render(part), 'agents.yaml', {});

  test.each<[string[], string[]]>([
    [
      ['web', 'api', 'docs'],
      ['frontend', 'backend', 'writer'],
    ],
    [
      ['src', 'test'],
      ['developer', 'tester'],
    ],
    [
      ['apps', 'apps/web', 'packages', 'packages/server', 'packages/db'],
      ['frontend', 'backend', 'database'],
    ],
    [['api'], ['backend', 'developer']],
    [[], ['developer', 'tester']],
  ])('for the folders %j has an architect and %j', (folders, expected) => {
    expect(Object.keys(team({ folders }).agents)).toEqual(['architect', ...expected]);
  });

  test('says what was found: base, tests, folders, languages', () => {
    const { base, merge, agents } = team({
      base: 'trunk',
      folders: ['web', 'my "api"/server'],
      languages: ['TypeScript', 'C#'],
      tests: [{ run: 'npm ci && npm test', inner: 'npm test', why: 'package.json' }],
    });
    expect(base).toBe('trunk');
    expect(merge.gates).toMatchObject([{ name: 'tests', run: 'npm ci && npm test' }]);
    expect(agents.backend).toMatchObject({
      directories: ['my "api"/server'],
      languages: ['TypeScript', 'C#'],
    });
    expect(agents.backend?.allowed_tools).toContain('Bash(npm test:*)');
  });

  test.each(['123', 'null', 'ünï/cödé', 'a#b', "it's", 'on', '&x', '@x', '%y', 'a"b', '"'])(
    'survives a base branch called %s',
    (base) => {
      expect(team({ base, branch: 'other' }).base).toBe(base);
    },
  );

  test('says how to get Claude Code where it is missing, and is valid all the same', () => {
    const text = render({ claude: undefined });
    expect(text).toContain('npm install -g @anthropic-ai/claude-code');
    expect(text).toContain('    # kind: claude\n');
    expect(parseTeam(text, 'agents.yaml', {}).architect).toBe('architect');
  });

  test('shows every key of the schema, most of them as comments that are valid once uncommented', () => {
    const text = render({ tests: [{ run: 'make test', inner: 'make test', why: 'Makefile' }] });
    for (const key of [
      'model',
      'restricted_tools',
      'frameworks',
      'mcp_servers',
      'env',
      'pass_env',
      'args',
      'command',
      'autostart',
      'worktrees',
      'layout',
      'theme',
      'ascii',
      'notify',
      'leader',
      'bind',
      'scrollback',
      'message',
      'timeout',
    ])
      expect(text).toMatch(new RegExp(`^ *#? *${key}:`, 'm'));
    const commented = text
      .replace(/^# (worktrees|layout|theme|ascii|notify|keys|scrollback):/gm, '$1:')
      .replace(/^# {3}(leader|bind):/gm, '  $1:')
      .replace(
        /^( +)# (model|restricted_tools|frameworks|mcp_servers|env|pass_env|args|command|autostart|message):/gm,
        '$1$2:',
      )
      .replace(/^( +)# {3}github:/m, '$1  github:');
    const { agents, keys } = parseTeam(commented, 'agents.yaml', {});
    expect(agents.architect).toMatchObject({
      model: 'opus',
      command: ['claude'],
      mcp_servers: { github: { command: 'npx' } },
    });
    expect(keys).toEqual({ leader: 'ctrl-space', bind: { g: 'merge' } });
  });

  test('looks like this', () => {
    expect(
      render({
        folders: ['web', 'api'],
        languages: ['TypeScript'],
        tests: [{ run: 'npm ci && npm test', inner: 'npm test', why: 'package.json, scripts.test' }],
      }),
    ).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=./.mcc/agents.schema.json
      #
      # The team that \`mcc up\` starts. \`mcc check\` validates this file, \`mcc help\` explains the commands.

      base: main              # branch that finished work is merged into
      architect: architect    # plans, reviews and approves; the merge queue does the merging

      agents:
        architect:
          kind: claude
          description: "plans the work, splits it into tasks, reviews and approves"
          persona: "You plan and review; you leave the writing of code to the others. Ask for small branches with tests."
          allowed_tools:      # used without asking, beside reading and mcc itself
            - "Bash(git log:*)"
            - "Bash(git diff:*)"
            - "Bash(git show:*)"
          # model: opus               # default: the one your claude uses
          # permission_mode: default  # default, acceptEdits, plan, dontAsk or bypassPermissions
          # restricted_tools: [WebFetch]
          # frameworks: [React]
          # mcp_servers:              # as in .mcp.json
          #   github: {command: npx, args: [-y, "@modelcontextprotocol/server-github"]}
          # env: {LOG_LEVEL: debug}   # \${NAME} takes your own NAME
          # pass_env: [GITHUB_TOKEN]  # your own variables that the session may see
          # args: []                  # further arguments for the CLI
          # command: [claude]         # the program in place of \`claude\`
          # autostart: true           # start with \`mcc up\`

        frontend:
          kind: claude
          description: "user interface: components, pages, styles"
          persona: "You build the user interface. You care for accessibility and for small components with tests."
          permission_mode: acceptEdits
          directories: [web]
          languages: [TypeScript]
          allowed_tools:      # used without asking, beside reading and mcc itself
            - "Bash(git add:*)"
            - "Bash(git commit:*)"
            - "Bash(git status:*)"
            - "Bash(git diff:*)"
            - "Bash(git log:*)"
            - "Bash(npm test:*)"

        backend:
          kind: claude
          description: "server side: API, services, jobs"
          persona: "You build the server side. You keep interfaces small, validate input at the edge and test error paths."
          permission_mode: acceptEdits
          directories: [api]
          languages: [TypeScript]
          allowed_tools:      # used without asking, beside reading and mcc itself
            - "Bash(git add:*)"
            - "Bash(git commit:*)"
            - "Bash(git status:*)"
            - "Bash(git diff:*)"
            - "Bash(git log:*)"
            - "Bash(npm test:*)"

      merge:
        auto: true            # merge what is approved without being asked
        gates:                # must exit 0 on the merged result, in a clean checkout (package.json, scripts.test)
          - name: tests
            run: "npm ci && npm test"
        #     timeout: 600    # seconds
        # message: "Merge {task}: {title}"

      # host: tmux              # with tmux 3.2 or newer agents live on when mcc crashes; pty, the default, needs nothing
      # worktrees: worktrees    # folder of the worktrees, relative to the repository
      # worktree: {copy: [.env], link: [node_modules], setup: [npm ci], ports: 2} # what a new one gets first
      # limits: {memory: 4GB, cpu: 200%, processes: 40} # of each agent with all that it starts
      # max_running: 4          # sessions at once; the others wait for a place
      # memory_floor: 2GB       # free memory below which no session starts
      # suspend_after: 2        # minutes after which an idle agent makes room for one that waits
      # layout: team            # layout of the screen, a name from layouts/
      # theme: auto             # dark, light, high-contrast or none; auto is as the background of your terminal
      # ascii: true             # draw with ASCII alone
      # notify: [notify-send, mcc]    # run for each thing that comes to need you, told in the last argument
      # keys:
      #   leader: ctrl-space    # key that opens the command layer
      #   bind: {g: "merge"}    # key after the leader: command in words
      # scrollback: 10000       # lines of history a pane keeps
      "
    `);
  });
});
