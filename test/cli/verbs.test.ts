import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { schemaPath } from '../../src/cli/init.ts';
import { folder, git, mcc, repository, write } from './harness.ts';

const shellTeam = 'agents:\n  lead: {kind: shell}\n  dev: {kind: shell}\narchitect: lead\n';

describe('mcc init', () => {
  test('writes a valid team from what it finds, and keeps its own files out of git', async () => {
    const root = repository({
      'package.json': '{"scripts":{"test":"vitest"}}',
      'web/a.ts': '',
      'api/b.ts': '',
    });
    const { code, out, err } = await mcc(['init'], { cwd: join(root, 'web') });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^wrote agents\.yaml: architect, frontend, backend\n/);
    expect(out).toMatch(/tests +npm test/);
    expect(out).toContain('npm install -g @anthropic-ai/claude-code');
    expect(git(root, 'status', '--porcelain')).toBe('?? agents.yaml\n');
    expect(JSON.parse(readFileSync(join(root, schemaPath), 'utf8'))).toMatchObject({ type: 'object' });
    expect(readFileSync(join(root, 'agents.yaml'), 'utf8')).toContain(`$schema=./${schemaPath}`);
  });

  test('on a detached HEAD it writes the base, and has nothing to say against it', async () => {
    const root = repository();
    git(root, 'switch', '-q', '--detach');
    const { out } = await mcc(['init'], { cwd: root });
    expect(out).toMatch(/base +main .*you are on no branch/);
    expect(out).not.toContain('detached');
    expect(readFileSync(join(root, 'agents.yaml'), 'utf8')).toMatch(/^base: main/m);
  });

  test('never overwrites a team, in either of its files', async () => {
    for (const name of ['agents.yaml', 'multi-agent.yaml']) {
      const root = repository();
      write(root, { [name]: 'mine' });
      const { code, err } = await mcc(['init'], { cwd: root });
      expect(code).toBe(1);
      expect(err).toMatch(new RegExp(`^mcc: ${name} is here already, and mcc never overwrites it\nhint: `));
      expect(readFileSync(join(root, name), 'utf8')).toBe('mine');
      expect(existsSync(join(root, '.mcc'))).toBe(false);
    }
  });

  test('prints the file instead when asked to, and what it saw as JSON', async () => {
    const root = repository({ 'go.mod': 'module x' });
    expect((await mcc(['init', '--print'], { cwd: root })).out).toContain('run: "go test ./..."');
    expect(existsSync(join(root, 'agents.yaml'))).toBe(false);
    const seen = JSON.parse((await mcc(['init', '--json'], { cwd: root })).out);
    expect(seen).toMatchObject({
      agents: ['architect', 'developer', 'tester'],
      survey: { base: 'main', branch: 'main' },
    });
  });

  test('says what is wrong outside a repository, and changes nothing', async () => {
    const root = folder();
    const { code, err } = await mcc(['init'], { cwd: root });
    expect(code).toBe(2);
    expect(err).toMatch(/^mcc: .* is not in a git repository\nhint: git init/);
    expect(existsSync(join(root, 'agents.yaml'))).toBe(false);
  });
});

describe('mcc check', () => {
  test('says ready, with the team and its base', async () => {
    const root = repository({ 'agents.yaml': `${shellTeam}merge: {gates: [{name: tests, run: "true"}]}\n` });
    expect(await mcc(['check'], { cwd: root })).toMatchObject({
      code: 0,
      out: `${root}/agents.yaml: lead (architect), dev\nbase main, gates: tests\nready: mcc up\n`,
      err: '',
    });
    const json = JSON.parse((await mcc(['check', '--json'], { cwd: root })).out);
    expect(json).toMatchObject({
      file: 'agents.yaml',
      root,
      base: 'main',
      architect: 'lead',
      agents: ['lead', 'dev'],
      gates: ['tests'],
      problems: [],
    });
  });

  test('says which file counts where a linked worktree has one too', async () => {
    const root = repository({ 'agents.yaml': shellTeam });
    git(root, 'worktree', 'add', '-q', join(root, 'worktrees/dev'), '-b', 'mcc/dev/work');
    const { out } = await mcc(['check'], { cwd: join(root, 'worktrees/dev') });
    expect(out).toContain(`${root}/agents.yaml: lead`);
    expect(out).toContain(
      `note: ${root}/worktrees/dev/agents.yaml is not used: mcc takes ${root}/agents.yaml\n`,
    );
    expect((await mcc(['check'], { cwd: root })).out).not.toContain('not used');
  });

  test('names every mistake of the file at the start of a line, as editors read it', async () => {
    const root = repository({ 'agents.yaml': 'agents:\n  a: {kind: cluade}\nlayot: x\n' });
    const { code, err, out } = await mcc(['check'], { cwd: root });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n')).toEqual([
      `${root}/agents.yaml:2:13: agents.a.kind: expected one of claude, codex, gemini, opencode, aider, shell, command; found "cluade" (did you mean \`claude\`?)`,
      `${root}/agents.yaml:3:1: unknown key \`layot\` (did you mean \`layout\`?)`,
      'hint: edit the file, then: mcc check',
      '',
    ]);
    const json = JSON.parse((await mcc(['check', '--json'], { cwd: root })).out);
    expect(json.problems).toMatchObject([
      { line: 2, column: 13 },
      { line: 3, column: 1 },
    ]);
  });

  test('finds the programs and the login that agents would need', async () => {
    const root = repository({
      'agents.yaml':
        'agents:\n  a: {}\n  b: {kind: command, command: [no-such-program]}\n  c: {kind: command, command: [./run.sh]}\n',
    });
    const { code, err } = await mcc(['check'], { cwd: root });
    expect(code).toBe(2);
    expect(err).toContain(
      'problem: `claude`, which a would run, is not on your PATH\nhint: npm install -g @anthropic-ai/claude-code',
    );
    expect(err).toContain('`no-such-program`, which b would run');
    expect(err).toContain('`./run.sh`, which c would run');
    expect(err).toContain('Claude Code has no login that a could use');
    expect((await mcc(['check'], { cwd: root, env: { ANTHROPIC_API_KEY: 'k' } })).err).not.toContain('login');
  });

  test('finds keys that are bound to no command', async () => {
    const root = repository({ 'agents.yaml': `${shellTeam}keys: {bind: {g: "merje", h: "pane zoom"}}\n` });
    const { code, err } = await mcc(['check'], { cwd: root });
    expect(code).toBe(2);
    expect(err).toContain('problem: keys.bind: g: `merje` is no command: did you mean `merge`?');
    expect(err).not.toContain('pane zoom');
  });

  test('finds layouts, also those of the project, and reads each of them', async () => {
    const root = repository({ 'agents.yaml': `${shellTeam}layout: gird\n` });
    expect((await mcc(['check'], { cwd: root })).err).toContain(
      'there is no layout `gird`: did you mean `grid`?\nhint: layouts: board, grid, stack, team',
    );
    write(root, { 'layouts/gird.yaml': 'agents: grid\n' });
    expect((await mcc(['check'], { cwd: root })).code).toBe(0);
    write(root, { 'layouts/other.yaml': 'agents: gird\n' });
    expect((await mcc(['check'], { cwd: root })).err).toContain(
      'layouts/other.yaml:1:9: agents: expected grid or stack; found "gird" (did you mean `grid`?)',
    );
  });

  test('leads to init where there is no team', async () => {
    const root = repository();
    expect(await mcc(['check'], { cwd: root })).toMatchObject({
      code: 2,
      err: expect.stringContaining('hint: mcc init'),
    });
  });

  test('finds the project from a linked worktree and from a folder in it', async () => {
    const root = repository({ 'agents.yaml': shellTeam });
    git(root, 'worktree', 'add', '-q', join(root, 'worktrees', 'dev'), '-b', 'mcc/dev/work');
    mkdirSync(join(root, 'worktrees/dev/deep'));
    const { out } = await mcc(['check', '--json'], { cwd: join(root, 'worktrees/dev/deep') });
    expect(JSON.parse(out).root).toBe(root);
  });
});

describe('help', () => {
  test('lists every verb once, with what it does', async () => {
    const { code, out } = await mcc([], { cwd: '/' });
    expect(code).toBe(0);
    for (const verb of ['mcc init', 'mcc status', 'mcc task add', 'mcc approve', 'mcc log'])
      expect(out.match(new RegExp(`^  ${verb} `, 'gm'))).toHaveLength(1);
    expect(out).toContain('Exit codes: 0 done, 1 refused, 2');
    expect((await mcc(['--help'], { cwd: '/' })).out).toBe(out);
  });

  test('explains one verb with its flags and examples, however it is asked', async () => {
    const { out } = await mcc(['help', 'task', 'add'], { cwd: '/' });
    expect(out).toContain('mcc task add <title…>');
    expect(out).toContain('Examples\n  mcc task add');
    for (const words of [
      ['task', 'add', '--help'],
      ['task', 'add', 'x', '-h'],
    ])
      expect((await mcc(words, { cwd: '/' })).out).toBe(out);
    expect((await mcc(['help', 'task'], { cwd: '/' })).out).toContain('mcc task submit');
    expect((await mcc(['log', '-h'], { cwd: '/' })).out).toContain('-f, --follow');
    expect((await mcc(['help', 'pane', 'zoom'], { cwd: '/' })).out).toContain('Given on the screen');
  });

  test.each([
    [['stats'], 'mcc: there is no `mcc stats`\nhint: mcc status\n'],
    [['task', 'ad'], 'mcc: there is no `mcc task ad`\nhint: mcc task add\n'],
    [
      ['task'],
      'mcc: `mcc task` needs one of: add, list, show, submit, done, fail, cancel, move\nhint: mcc help task\n',
    ],
    [['help', 'aprove'], 'mcc: there is no help for `aprove`\nhint: mcc help approve\n'],
    [['xyzzy'], 'mcc: there is no `mcc xyzzy`\nhint: mcc help\n'],
    [
      ['log', '--folow'],
      "mcc: mcc log: unknown option '--folow' (Did you mean --follow?)\nhint: mcc help log\n",
    ],
    [
      ['check', 'this'],
      'mcc: mcc check: too many arguments. Expected 0 arguments but got 1: this.\nhint: mcc help check\n',
    ],
    [
      ['task', 'add', 'x', '--two', 'y'],
      'mcc: `task add` has no flag --two: did you mean --to?\nhint: mcc help task add\n',
    ],
  ])('a slip of the pen is answered with the right word: %j', async (words, said) => {
    expect(await mcc(words, { cwd: '/' })).toEqual({ code: 2, out: '', err: said });
  });
});

test('the JSON Schema is printed as it stands in the docs', async () => {
  expect((await mcc(['schema'], { cwd: '/' })).out).toBe(readFileSync('docs/agents.schema.json', 'utf8'));
});
