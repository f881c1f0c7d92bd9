import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { kinds } from '../../src/agents/index.ts';
import type { Name } from './lab.ts';
import { type Content, say, type Turn, use } from './model.ts';
import { Team } from './team.ts';

/**
 * A job on the real CLI of each kind, through bin/mcc: a task is typed into its empty composer, it writes, commits and
 * submits with mcc's tools, what comes meanwhile is handed over at the end of its turn, and a restart goes on with the
 * conversation. Only the model is a script: it sees what mcc sent, and what it "says" are real tool calls.
 */
let team: Team | undefined;
afterEach(async () => {
  await team?.close();
  team = undefined;
});

/** A command of the shell, as the CLI's own tool takes it. */
function shell({ tools }: Turn, command: string, asks = false): Content {
  const name = ['exec_command', 'run_shell_command', 'bash'].find((one) => tools.includes(one)) ?? 'no shell';
  if (name !== 'exec_command') return use(name, { command, description: 'Work' });
  const escalated = asks ? { sandbox_permissions: 'require_escalated', justification: 'It must' } : {};
  return use(name, { cmd: command, ...escalated });
}

/** One of mcc's tools, whatever the CLI calls it. */
const ours = ({ tools }: Turn, name: string, input: Record<string, unknown>): Content =>
  use(tools.find((one) => new RegExp(`mcc[._]+${name}$`).test(one)) ?? `no ${name}`, input);

function play(turn: Turn): Content[] {
  const step = turn.results.length;
  if (turn.prompt.includes('[mcc assignment')) {
    const task = /\btask (t\d+)/.exec(turn.prompt)?.[1] ?? '';
    if (step === 0)
      return [shell(turn, 'echo "by hand" > made.txt && git add made.txt && git commit -qm "Add made.txt"')];
    if (step === 1) return [ours(turn, 'task_submit', { task, summary: 'made.txt is there' })];
    return [say('Submitted.')];
  }
  if (turn.prompt.includes('please ask'))
    return step === 0 ? [shell(turn, 'touch asked.txt', true)] : [say('Asked.')];
  return [say(`Heard: ${turn.prompt.slice(-40)}`)];
}

/** What lets the job run without a dialog, in each kind. */
const free: Record<Name, object> = {
  codex: {},
  gemini: { permission_mode: 'bypassPermissions' },
  opencode: { allowed_tools: ['Bash(echo:*)', 'Bash(git:*)'] },
};
const idle = (event: any) => event.source === 'hook' && event.status === 'idle';

for (const kind of ['codex', 'gemini', 'opencode'] as const) {
  test(`${kind} ${kinds[kind].verified} does a task that is typed, and goes on with its conversation after a restart`, async () => {
    team = await Team.open(kind, free[kind], play);
    await team.run('up', '--headless');
    await team.run('task', 'add', 'Make made.txt', '--to', 'worker', '--text', 'On two lines,\nas expected.');
    const submitted = await team.event('task.submitted');
    expect(submitted).toMatchObject({ task: 't1', by: 'agent:worker', summary: 'made.txt is there' });
    const handed = team.events().filter(({ type }) => type === 'message.handed');
    expect(handed.map(({ route }) => route)).toEqual(['keyboard']);
    const ended = await team.event('agent.reported', idle, submitted.seq);
    await team.run('approve', 't1', '--commit', submitted.commit);
    await team.event('task.merged');
    expect(readFileSync(join(team.root, 'made.txt'), 'utf8')).toBe('by hand\n');
    // What the user has in git is as it was: no file of a CLI's was written into the worktree.
    expect(team.git('-C', join(team.root, 'worktrees/worker'), 'status', '--porcelain')).toBe('');

    const { turns } = team.model;
    expect(turns.every(({ agent }) => agent === 'worker')).toBe(true);
    await team.run('agent', 'restart', 'worker');
    const again = await team.event('session.started', ({ resumed }) => resumed, ended.seq);
    const before = turns.length;
    const [sent] = /m-\w+/.exec(await team.run('send', 'worker', 'Are you still there?')) ?? [];
    const accepted = await team.event('message.accepted', ({ id }) => id === sent, again.seq);
    await team.event('agent.reported', idle, accepted.seq);
    const said = JSON.stringify(turns.slice(before).map(({ body }) => body));
    expect(said).toContain('Are you still there?');
    expect(said).toContain('made.txt is there');
  });

  if (kind !== 'gemini')
    test(`${kind}: a permission is answered by mcc, and what came meanwhile is handed over at the end of the turn`, async () => {
      team = await Team.open(kind, {}, play);
      await team.run('up', '--headless');
      await team.run('send', 'worker', 'please ask');
      const asked = await team.event('permission.asked');
      expect(asked).toMatchObject({ agent: 'worker', tool: 'Bash', argument: 'touch asked.txt' });
      await team.run('send', 'worker', 'And another thing');
      await team.run('allow', 'worker');
      const handed = await team.event('message.handed', ({ route }) => route === 'hook', asked.seq);
      await team.event('message.accepted', ({ id }) => id === handed.id, handed.seq);
      await team.event('agent.reported', idle, handed.seq);
      expect(existsSync(join(team.root, 'worktrees/worker/asked.txt'))).toBe(true);
      expect(JSON.stringify(team.model.turns.at(-1)?.body)).toContain('And another thing');
    });
}
