import { expect, test } from 'vitest';
import { kinds } from '../../src/agents/index.ts';
import { given } from './given.ts';

const backend = (spec: object) => given({ agents: { architect: {}, backend: spec } });
const fileOf = (input: ReturnType<typeof given>, name: string) =>
  kinds.claude.launch(input).files.find((file) => file.path.endsWith(name));

test('claude begins a conversation by id and resumes it by the same id', () => {
  const begin = kinds.claude.launch(given());
  expect([begin.file, ...begin.args]).toEqual([
    'claude',
    ...['--session-id', 'bbbbbbbb-0000-4000-8000-000000000000'],
    '--strict-mcp-config',
    ...['--mcp-config', '/repo/.mcc/sessions/backend/mcp.json'],
    ...['--settings', '/repo/.mcc/sessions/backend/settings.json'],
    ...['--append-system-prompt-file', '/repo/.mcc/sessions/backend/role.md'],
    ...['--permission-mode', 'default'],
    ...['--name', 'backend'],
  ]);
  expect(kinds.claude.launch(given({ resume: true })).args.slice(0, 2)).toEqual([
    '--resume',
    'bbbbbbbb-0000-4000-8000-000000000000',
  ]);
});

test('another program may stand in for claude and gets the same flags', () => {
  const launch = kinds.claude.launch(
    backend({ command: ['node', 'agent.mjs'], model: 'small', args: ['--verbose'] }),
  );
  expect([launch.file, launch.args[0], launch.args[1]]).toEqual(['node', 'agent.mjs', '--session-id']);
  expect(launch.args.join(' ')).toContain('--model small --verbose --name backend');
});

test('the seed of the configuration is written once, and trusts only this repository', () => {
  const input = given({
    environment: { ANTHROPIC_API_KEY: `sk-ant-${'x'.repeat(20)}-and-the-last-twenty-c` },
  });
  const seed = fileOf(input, '.claude.json');
  expect(seed).toMatchObject({ once: true, mode: 0o600 });
  expect(JSON.parse(seed?.text ?? '')).toMatchObject({
    hasCompletedOnboarding: true,
    customApiKeyResponses: { approved: ['d-the-last-twenty-c'.padStart(20, 'n')] },
    projects: { '/repo': { hasTrustDialogAccepted: true } },
  });
  expect(Object.keys(JSON.parse(seed?.text ?? '').projects)).toEqual(['/repo']);
});

test('talking to mcc never asks; what agents.yaml allows and restricts is added', () => {
  const input = backend({ allowed_tools: ['Bash(npm test:*)'], restricted_tools: ['WebFetch'] });
  expect(JSON.parse(fileOf(input, 'settings.json')?.text ?? '').permissions).toEqual({
    allow: ['mcp__mcc', 'Bash(mcc:*)', 'Bash(npm test:*)'],
    deny: ['WebFetch'],
  });
});

test('mcc’s own tools cannot be replaced by a server of the same name', () => {
  const input = backend({ mcp_servers: { mcc: { command: 'evil' }, files: { command: 'files-mcp' } } });
  expect(JSON.parse(fileOf(input, 'mcp.json')?.text ?? '').mcpServers).toMatchObject({
    mcc: { command: '/repo/.mcc/run/bin/mcc', args: ['mcp'] },
    files: { command: 'files-mcp' },
  });
});

test('the start script is quoted for sh, whatever the path', () => {
  const script = fileOf(given({ config: "/it's a dir/s" }), 'session-start.sh');
  expect(script?.text).toContain(`body='/it'\\''s a dir/s/session-start'`);
  expect(script?.mode).toBe(0o700);
});

test('root in bypass mode says that it is in a sandbox, and nobody else does', () => {
  const bypass = { architect: {}, backend: { permission_mode: 'bypassPermissions' } };
  expect(kinds.claude.launch(given({ isRoot: true, agents: bypass })).env.IS_SANDBOX).toBe('1');
  expect(kinds.claude.launch(given({ isRoot: true })).env.IS_SANDBOX).toBeUndefined();
  expect(kinds.claude.launch(given({ agents: bypass })).env.IS_SANDBOX).toBeUndefined();
});

test('the role says who the agent is, with whom it works and how; only the architect is told to plan', () => {
  const agents = {
    architect: { description: 'plans and reviews' },
    backend: { persona: 'You like small functions.', languages: ['Go'], directories: ['api'] },
  };
  const role = fileOf(given({ agents }), 'role.md')?.text ?? '';
  expect(role).toMatch(/^You are the agent "backend" /);
  expect(role).toContain('You like small functions.');
  expect(role).toContain('- architect (architect): plans and reviews');
  expect(role).toContain('- backend (you): Go; folders api');
  expect(role).toContain('mcc task submit');
  expect(role).not.toContain('mcc approve');
});

test('a shell is the user’s own, a command is what agents.yaml names; neither is typed into', () => {
  expect(kinds.shell.launch(given())).toMatchObject({ file: '/bin/bash', args: ['-i'], files: [] });
  expect(kinds.shell.launch(given({ environment: {} })).file).toBe('/bin/sh');
  const launch = kinds.command.launch(
    backend({ kind: 'command', command: ['python3', 'bot.py'], args: ['-v'] }),
  );
  expect([launch.file, ...launch.args]).toEqual(['python3', 'bot.py', '-v']);
  expect(kinds.shell.typing ?? kinds.command.typing).toBeUndefined();
});
