import { expect, test } from 'vitest';
import { kindOf, kinds } from '../../src/agents/index.ts';
import { readComposer } from '../../src/agents/own.ts';
import { hookCommand } from '../../src/agents/post.ts';
import { toml } from '../../src/agents/toml.ts';
import { typedPieces } from '../../src/agents/typing.ts';
import { given } from './given.ts';

const names = ['codex', 'gemini', 'opencode', 'aider'] as const;
const backend = (spec: object) => given({ agents: { architect: {}, backend: spec } });
const textOf = (launch: ReturnType<typeof kinds.codex.launch>, name: string) =>
  launch.files.find((file) => file.path.endsWith(name))?.text ?? '';

for (const name of names)
  test(`${name} keeps its files in the session’s folder, knows its role, and gets an environment of its own`, () => {
    const launch = kinds[name].launch(
      backend({ kind: name, model: 'small', args: ['--more'], languages: ['Go'] }),
    );
    expect([launch.file, ...launch.args].join(' ')).toMatch(new RegExp(`^${name} .*--model small --more`));
    for (const { path } of launch.files) expect(path).toMatch(/^\/repo\/\.mcc\/sessions\/backend\//);
    expect(JSON.stringify(launch.files)).toContain('You are the agent \\');
    expect(launch.env).toMatchObject({ MCC_AGENT: 'backend', MCC_TOKEN: 'token-of-backend' });
    expect(JSON.stringify([launch.files, launch.args])).not.toContain('token-of-backend');
  });

test('a conversation is resumed by the id that the program itself gave it', () => {
  const input = given({ resume: true });
  const id = input.conversation;
  expect(kinds.codex.launch(input).args.slice(0, 2)).toEqual(['resume', id]);
  expect(kinds.gemini.launch(input).args.join(' ')).toContain(`--resume ${id}`);
  expect(kinds.opencode.launch(input).args.slice(0, 2)).toEqual(['--session', id]);
  expect(kinds.codex.conversations?.holds(`rollout-2026-11-20T15-01-31-${id}.jsonl`, id)).toBe(true);
  expect(kinds.codex.conversations?.holds('rollout-2026-11-20T15-01-31-other.jsonl', id)).toBe(false);
  expect(kinds.gemini.conversations?.holds('session-2026-11-20T15-03-bbbbbbbb.jsonl', id)).toBe(true);
});

test('codex may commit in a linked worktree, but not change what git runs', () => {
  const launch = kinds.codex.launch(given());
  const roots = ['worktrees/backend', 'objects', 'refs', 'logs'].map((folder) => `/repo/.git/${folder}`);
  expect(textOf(launch, 'config.toml')).toContain(
    `writable_roots = ${JSON.stringify(roots).replaceAll(',', ', ')}`,
  );
  expect(launch.folders).toEqual(roots);
});

test('what agents.yaml allows and restricts is said in each CLI’s own rules; talking to mcc never asks', () => {
  const spec = { allowed_tools: ['Bash(npm test:*)'], restricted_tools: ['Bash(rm:*)'] };
  const rules = textOf(kinds.codex.launch(backend(spec)), 'default.rules').split('\n');
  expect(rules.slice(0, 3)).toEqual([
    'prefix_rule(pattern = ["mcc"], decision = "allow")',
    'prefix_rule(pattern = ["npm","test"], decision = "allow")',
    'prefix_rule(pattern = ["rm"], decision = "forbidden")',
  ]);
  const policies = textOf(kinds.gemini.launch(backend(spec)), 'mcc.toml');
  expect(policies).toContain('commandPrefix = "npm test"\ndecision = "allow"');
  expect(policies).toContain('commandPrefix = "rm"\ndecision = "deny"');
  const config = JSON.parse(textOf(kinds.opencode.launch(backend(spec)), 'opencode.json'));
  expect(config.permission.bash).toEqual({
    '*': 'ask',
    'mcc *': 'allow',
    'npm test*': 'allow',
    'rm*': 'deny',
  });
});

test('each has mcc’s tools, which no server of agents.yaml can replace', () => {
  const spec = { mcp_servers: { mcc: { command: 'evil' } } };
  for (const [name, file] of [
    ['codex', 'config.toml'],
    ['gemini', 'settings.json'],
    ['opencode', 'opencode.json'],
  ] as const) {
    const text = textOf(kinds[name].launch(backend(spec)), file);
    expect(text).toContain('/repo/.mcc/run/bin/mcc');
    expect(text).not.toContain('evil');
  }
});

test('the login of the user is linked, never copied', () => {
  const launch = kinds.codex.launch(given());
  expect(launch.links).toEqual([
    { path: '/repo/.mcc/sessions/backend/config/auth.json', to: '/home/me/.codex/auth.json' },
  ]);
});

test('gemini’s hooks are understood under its own names', () => {
  const base = { session_id: 's', transcript_path: '/t', cwd: '/repo' };
  const read = (body: object) => kinds.gemini.hook({ ...base, ...body });
  const prompt = '[mcc assignment m-1 from mcc, task t1] Do it';
  expect(read({ hook_event_name: 'BeforeAgent', prompt })).toMatchObject({
    event: 'UserPromptSubmit',
    status: 'working',
    accepted: ['m-1'],
  });
  expect(read({ hook_event_name: 'AfterAgent', prompt_response: 'Done.' })).toMatchObject({
    event: 'Stop',
    status: 'idle',
    turnEnded: true,
    said: 'Done.',
  });
  const asks = { notification_type: 'ToolPermission', details: { type: 'exec', command: 'rm -r x' } };
  expect(read({ hook_event_name: 'Notification', ...asks })).toMatchObject({
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: rm -r x',
  });
  // It says so before each turn, whether or not it compresses anything.
  expect(read({ hook_event_name: 'PreCompress', trigger: 'auto' })?.status).toBeUndefined();
  expect(kinds.gemini.hook('nonsense')).toBeNull();
});

test('a kind that nobody knows is run as a plain command, which reports nothing false', () => {
  expect(kindOf(given().team, 'nobody').name).toBe('command');
});

test('TOML is written so that strings, lists and nested tables are read back the same', () => {
  expect(toml({ a: 'x"\n\x7f', b: [1, 'two', true], c: { d: { 'e f': 2 } }, gone: undefined })).toBe(
    'a = "x\\"\\n\\u007f"\nb = [1, "two", true]\n\n[c.d]\n"e f" = 2\n',
  );
});

test('typed text has no control characters, and no first character that would be a command', () => {
  const [write] = typedPieces('/quit\r\n\x1b[31mred', { lineFeed: '\n', guard: /^(?=[/!])/ });
  expect(write?.bytes).toBe(' /quit\n[31mred');
  expect(typedPieces('one\ntwo', {})[0]?.bytes).toBe('one two');
  // The Gemini CLI would take a `?` for its own key while it thinks its composer empty.
  expect(kinds.gemini.typing?.('Still there?').map(({ bytes }) => bytes)).toEqual(['S', 'till there?']);
});

test('the command of a hook is quoted for sh, whatever the path', () => {
  expect(hookCommand({ bin: "/it's/bin" })).toBe(`'/it'\\''s/bin/mcc' hook`);
});

const rowsOf = (...lines: string[]) =>
  lines.map((line) => {
    const cells = [...line.padEnd(40)];
    return { cells, dim: cells.map(() => false), inverse: cells.map(() => false) };
  });
const at = (x: number, y: number) => ({ x, y, visible: true });

test('the composer of a project’s own kind is a prompt up to the cursor, or a frame up to its end', () => {
  const plain = { prompt: '^bot> ', cursor: 'terminal' } as const;
  expect(readComposer(plain, rowsOf('bot> done', 'said', 'bot> '), at(5, 2))).toEqual({ state: 'empty' });
  expect(readComposer(plain, rowsOf('bot> a line that', 'goes on'), at(7, 1))).toEqual({
    state: 'draft',
    text: 'a line that\ngoes on',
  });
  // The cursor is elsewhere, hidden, or below output that came after the prompt.
  expect(readComposer(plain, rowsOf('bot> ', 'working'), { ...at(5, 0), visible: false }).state).toBe(
    'absent',
  );
  expect(readComposer(plain, rowsOf('bot> '), at(2, 0)).state).toBe('absent');
  expect(readComposer(plain, rowsOf('bot> ', 'Delete all? '), at(12, 1)).state).toBe('draft');
  const framed = { prompt: '^│ > ', end: '^╰', placeholder: '^Ask me', cursor: 'terminal' } as const;
  expect(readComposer(framed, rowsOf('│ > Ask me anything', '╰──'), at(4, 0))).toEqual({ state: 'empty' });
  expect(readComposer(framed, rowsOf('│ > one', '│   two', '╰──'), at(7, 1))).toEqual({
    state: 'draft',
    text: 'one\ntwo',
  });
  expect(readComposer(framed, rowsOf('│ > one'), at(7, 0)).state).toBe('absent');
});

test('in a sandbox codex makes none of its own, and opencode writes below its own folder', () => {
  const isolated = (spec: object) => backend({ isolation: 'bubblewrap', ...spec });
  expect(kinds.codex.launch(isolated({})).args.join(' ')).toContain('--sandbox danger-full-access');
  expect(kinds.codex.launch(backend({})).args.join(' ')).toContain('--sandbox workspace-write');
  const launch = kinds.opencode.launch(isolated({}));
  expect(launch.env.XDG_DATA_HOME).toBe('/repo/.mcc/sessions/backend/config/data');
  expect(launch.links).toEqual([
    {
      path: '/repo/.mcc/sessions/backend/config/data/opencode/auth.json',
      to: '/home/me/.local/share/opencode/auth.json',
    },
  ]);
  expect(kinds.opencode.launch(backend({})).env.XDG_DATA_HOME).toBeUndefined();
});
