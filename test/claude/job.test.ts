import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { version } from './lab.ts';
import { type Content, type Script, say, type Turn, use } from './model.ts';
import { Team } from './team.ts';

/**
 * The whole job on the real CLI, through bin/mcc: a request, an architect that splits it, two workers that write and
 * commit, a permission dialog answered by a key in the pane, messages both ways, review, approval, merge, answer. Only
 * the model is a script: it sees what mcc sent, and what it "says" are real tool calls.
 */
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What the model of each agent does: one answer a step, told apart by what it was asked and what its tools answered. */
const play =
  (root: string): Script =>
  (turn) =>
    turn.agent === 'architect'
      ? architect(turn, turn.results.length)
      : worker(root, turn, turn.results.length);

const tools = 'allowed_tools: ["Bash(git:*)", "Bash(cat:*)"]';

const task = (prompt: string): string => /\btask (t\d+)/i.exec(prompt)?.[1] ?? '';

function architect({ prompt, results }: Turn, step: number): Content[] {
  const request = /Request (t\d+)/.exec(prompt)?.[1];
  const review = /Review (t\d+)/.exec(prompt)?.[1];
  if (prompt.includes('[mcc digest') && request) {
    return step === 0
      ? [use('mcp__mcc__task_done', { task: request, result: 'Both files are in.' })]
      : [say('Answered.')];
  }
  if (review) {
    if (step === 0) return [use('mcp__mcc__review', { task: review })];
    const commit = /commit ([0-9a-f]{40})/.exec(results[0]?.text ?? '')?.[1] ?? '';
    if (step === 1) return [use('mcp__mcc__approve', { task: review, commit })];
    return [say('Approved.')];
  }
  if (prompt.includes('[mcc message'))
    return step === 0
      ? [use('mcp__mcc__send', { agent: 'alpha', text: 'Lower case, please.' })]
      : [say('Told.')];
  if (request) {
    if (step === 0)
      return [use('mcp__mcc__task_add', { title: 'Write alpha.txt', to: 'alpha', parent: request })];
    if (step === 1)
      return [
        use('Bash', {
          command: `mcc task add "Write beta.txt" --to beta --parent ${request} --needs t2`,
          description: 'Add',
        }),
      ];
    return [say('Split.')];
  }
  return [say('Nothing to do.')];
}

function worker(root: string, { agent, prompt, results }: Turn, step: number): Content[] {
  if (prompt.includes('Lower case')) {
    const id = 't2';
    if (step === 0)
      return [
        use('Write', { file_path: join(root, 'worktrees', agent, `${agent}.txt`), content: `${agent}\n` }),
      ];
    if (step === 1)
      return [
        use('Bash', { command: `git add -A && git commit -qm "Add ${agent}.txt"`, description: 'Commit' }),
      ];
    if (step === 2) return [use('mcp__mcc__approve', { task: id, commit: '1234567' })];
    if (step === 3) return [use('mcp__mcc__task_submit', { task: id, summary: `${agent}.txt` })];
    return [say('Submitted.')];
  }
  if (!prompt.includes('[mcc assignment')) return [say('Fine.')];
  const id = task(prompt);
  // alpha asks the architect first; beta goes on alone, where alpha's file must be there already.
  if (agent === 'alpha')
    return step === 0
      ? [use('mcp__mcc__send', { agent: 'architect', text: 'Upper or lower case?', task: id })]
      : [say('I wait for the answer.')];
  if (step === 0)
    return [
      use('Bash', {
        command: `cat alpha.txt > beta.txt && git add -A && git commit -qm "Add beta.txt"`,
        description: 'Work',
      }),
    ];
  if (step === 1)
    return results[0]?.isError
      ? [say('It failed.')]
      : [use('Bash', { command: `mcc task submit ${id} --summary "beta.txt"`, description: 'Submit' })];
  return [say('Submitted.')];
}

test(`the whole job with Claude Code ${version}`, async () => {
  const team = await Team.open(
    { architect: tools, alpha: tools, beta: `${tools}, permission_mode: bypassPermissions` },
    ['architect: architect', 'merge: { gates: [ { name: files, run: "ls alpha.txt" } ] }'],
    play,
  );
  ends.push(() => team.close());
  const { root } = team;
  const person = team.openScreen();
  await team.event('supervisor.started');
  await team.run('ask', '--no-wait', 'two files, please');

  // alpha's Write needs a permission: its dialog is answered by a key in its pane.
  const asked = await team.event(
    'agent.reported',
    (event) => event.agent === 'alpha' && event.status === 'needs-you',
  );
  expect(await team.run('status')).toMatch(/alpha needs you: permission: Write .*alpha\.txt/);
  // The person goes to whoever needs them, and answers with a key in that pane.
  await team.until('the screen', () => person.sees('alpha ◆ needs you'));
  person.type('\x00a');
  await team.until(
    'the dialog in the focused pane',
    () => person.sees(/╭ 2 alpha ◆/) && person.sees('Do you want to create alpha.txt?'),
  );
  // Newer versions ignore keys for a moment after a dialog opened, lest one be meant for the composer.
  await team.until('a still screen', () => person.stillMs > 800);
  person.type('1');
  await team.event(
    'agent.reported',
    (event) =>
      event.agent === 'alpha' &&
      event.source === 'hook' &&
      event.status === 'working' &&
      event.seq > asked.seq,
  );

  const done = await team.event('task.done', (event) => event.task === 't1');
  expect(done).toMatchObject({ by: 'agent:architect', result: 'Both files are in.' });
  expect(readFileSync(join(root, 'alpha.txt'), 'utf8')).toBe('alpha\n');
  expect(readFileSync(join(root, 'beta.txt'), 'utf8')).toBe('alpha\n');
  const approvals = team.events().filter((event) => event.type === 'task.approved');
  expect(approvals.map((event) => [event.task, event.by])).toEqual([
    ['t2', 'agent:architect'],
    ['t3', 'agent:architect'],
  ]);
  for (const { task: id, commit } of approvals) {
    expect(team.events().find((event) => event.type === 'task.merged' && event.task === id)?.commit).toBe(
      commit,
    );
  }
  // Each message was handed over once, and the agent's own evidence says so.
  const posts = team
    .events()
    .filter((event) => event.type === 'message.queued' && event.message.to !== 'person');
  for (const { message } of posts) {
    expect(
      team.events().filter((event) => event.type === 'message.handed' && event.id === message.id).length,
      message.id,
    ).toBe(1);
    expect(
      team.events().filter((event) => event.type === 'message.accepted' && event.id === message.id).length,
      message.id,
    ).toBe(1);
  }
  expect(team.events().filter((event) => ['effect.failed', 'file.refused'].includes(event.type))).toEqual([]);
  const pids = team
    .events()
    .filter((event) => event.type === 'session.started')
    .map((event) => event.pid as number);
  await team.until('the answer on the screen', () => person.sees('✓'));
  await team.run('down');
  expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  expect(existsSync(join(root, '.mcc/run/socket'))).toBe(false);
  for (const pid of pids) expect(existsSync(`/tmp/cc-socks/${pid}.sock`)).toBe(false);
  expect(team.git('status', '--short')).toBe('');
  expect(readdirSync(join(root, 'worktrees')).sort()).toEqual(['alpha', 'architect', 'beta']);
}, 180_000);
