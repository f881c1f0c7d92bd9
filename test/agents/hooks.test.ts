import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';

/** One body of each event as the real CLI sent it, by version (paths shortened). */
const samples: Record<string, Record<string, object>> = JSON.parse(
  readFileSync('test/fixtures/claude-hooks.json', 'utf8'),
);

const meanings: Record<string, string> = {
  'SessionStart:startup': 'idle',
  'SessionStart:clear': 'idle',
  'SessionStart:compact': '-',
  UserPromptSubmit: 'working',
  PreToolUse: 'working: Write a.txt',
  PermissionRequest: 'needs-you: permission: Write a.txt',
  'PostToolUse:Bash': 'working: Bash echo one',
  'PostToolUse:AskUserQuestion': 'working: AskUserQuestion Which color?',
  Stop: 'idle',
  StopFailure: 'idle: API Error: 400 fake invalid_request_error (400)',
  'Notification:permission_prompt': 'needs-you: Claude needs your permission',
  'Notification:idle_prompt': 'idle',
  SubagentStop: '-',
  PreCompact: 'working: compacting the conversation',
  PostCompact: 'idle',
  'SessionEnd:clear': '-',
  'SessionEnd:prompt_input_exit': 'exited: prompt_input_exit',
};

for (const [event, meaning] of Object.entries(meanings)) {
  test(`the hook ${event} means ${meaning}, in every version`, () => {
    for (const body of Object.values(samples[event] ?? {})) {
      const report = claude.hook(body);
      const said = [report?.status ?? '-', report?.reason].filter(Boolean).join(': ');
      expect(said.slice(0, meaning.length)).toBe(meaning);
      expect(report?.conversation).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
}

const body = (event: string, rest: object = {}) =>
  claude.hook({ hook_event_name: event, session_id: 'c1', transcript_path: '/t.jsonl', ...rest });

test('a submitted prompt proves which messages were accepted', () => {
  const prompt =
    '[mcc assignment m-12 from architect, task t3] Parser\nDo it.\n\n[mcc message m-13 from person]\nSoon.';
  expect(body('UserPromptSubmit', { prompt })?.accepted).toEqual(['m-12', 'm-13']);
  expect(body('PostToolUse', { prompt })?.accepted).toEqual([]);
});

test('a turn is over at Stop, but not while subagents work on; a shell that runs on keeps nobody', () => {
  expect(body('Stop', { background_tasks: [], last_assistant_message: 'Done.' })).toMatchObject({
    turnEnded: true,
    status: 'idle',
    said: 'Done.',
  });
  const agent = { type: 'subagent', description: 'look around' };
  const shell = { type: 'shell', description: 'npm run dev' };
  expect(body('Stop', { background_tasks: [agent, shell] })).toMatchObject({
    turnEnded: false,
    status: 'background',
    reason: 'in the background: look around and 1 more',
    tool: 'Agent',
  });
  expect(body('Stop', { background_tasks: [shell] })).toMatchObject({
    turnEnded: true,
    status: 'background',
    reason: 'in the background: npm run dev',
    tool: 'Bash',
  });
  // What another version may say of them is not known, and holds nobody up.
  expect(body('Stop', { background_tasks: ['x'] })).toMatchObject({ turnEnded: true, status: 'idle' });
});

test('a tool that Esc stopped says nothing of the agent, and what a subagent does is marked', () => {
  const failed = { tool_name: 'Bash', tool_input: { command: 'sleep 9' } };
  expect(body('PostToolUseFailure', { ...failed, is_interrupt: true })?.status).toBeUndefined();
  expect(body('PostToolUseFailure', { ...failed, is_interrupt: false })?.status).toBe('working');
  expect(body('PreToolUse', { ...failed, agent_id: 'a1' })?.subagent).toBe(true);
});

test('a question, a plan, a limit and a missing login each need the person for another reason', () => {
  const questions = [{ question: 'Which colour?', options: [{ label: 'Red' }, { label: 'Blue' }] }];
  expect(
    body('PermissionRequest', { tool_name: 'AskUserQuestion', tool_input: { questions } }),
  ).toMatchObject({
    needs: 'question',
    reason: 'question: Which colour?',
    options: ['Red', 'Blue'],
  });
  expect(body('PermissionRequest', { tool_name: 'ExitPlanMode', tool_input: {} })).toMatchObject({
    needs: 'plan',
  });
  expect(body('StopFailure', { error: 'rate_limit' })).toMatchObject({ status: 'needs-you', needs: 'limit' });
  const until = (last_assistant_message: string) =>
    body('StopFailure', { error: 'rate_limit', last_assistant_message })?.until;
  expect(until("You've hit your session limit · resets 3:30pm (Europe/Berlin)")).toBe(
    '3:30pm (Europe/Berlin)',
  );
  expect(until('Claude AI usage limit reached|1893456000')).toBe('2030-01-01T00:00:00.000Z');
  expect(until('API Error: 429')).toBeUndefined();
  expect(body('StopFailure', { error: 'authentication_failed' })).toMatchObject({ needs: 'login' });
});

test('a long argument becomes one short line', () => {
  const report = body('PreToolUse', {
    tool_name: 'Bash',
    tool_input: { command: `echo\n${'x'.repeat(500)}` },
  });
  expect(report?.argument).toHaveLength(200);
  expect(report?.argument).toMatch(/^echo x/);
});

test('what is no hook body says nothing', () => {
  for (const value of [
    null,
    7,
    'x',
    [],
    {},
    { hook_event_name: 'Stop' },
    { session_id: 'x', hook_event_name: 5 },
  ])
    expect(claude.hook(value)).toBeNull();
});

test('the session file’s words are understood, and an unknown one is unknown', () => {
  const file = { pid: 7, sessionId: 'c1', procStart: '123', statusUpdatedAt: 5 };
  const read = (rest: object) => claude.sessionFile?.({ ...file, ...rest });
  expect(read({ status: 'busy' })).toEqual({
    status: 'working',
    conversation: 'c1',
    pid: 7,
    start: '123',
    at: 5,
  });
  expect(read({ status: 'idle' })).toMatchObject({ status: 'idle' });
  expect(read({ status: 'waiting', waitingFor: 'permission prompt' })).toMatchObject({
    status: 'needs-you',
    reason: 'permission prompt',
  });
  expect(read({ status: 'dreaming' })).toMatchObject({ status: 'unknown', reason: 'it says dreaming' });
  expect(claude.sessionFile?.({ status: 'idle' })).toBeNull();
});

test('a transcript of titles and modes alone is not resumed, one with a message is, even when its end is torn', () => {
  const start = '{"type":"custom-title","customTitle":"user"}\n{"type":"mode","mode":"normal"}\n';
  expect(claude.isResumable?.(start)).toBe(false);
  expect(claude.isResumable?.('')).toBe(false);
  expect(claude.isResumable?.(`${start}{"type":"user","message":{}}\n{"type":"assist`)).toBe(true);
});

test('a turn that had gone on with what a hook was answered says so when it ends', () => {
  expect(body('Stop', { background_tasks: [], stop_hook_active: true })).toMatchObject({ continued: true });
  expect(body('Stop', { background_tasks: [], stop_hook_active: false })).not.toHaveProperty('continued');
});
