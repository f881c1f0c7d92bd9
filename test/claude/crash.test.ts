import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { isAlive, startTime } from '../../src/io/process.ts';
import { findTranscript } from '../../src/supervisor/transcript.ts';
import { version } from './lab.ts';
import { type Content, type Script, say, use } from './model.ts';
import { Team } from './team.ts';

/** What a crash of the supervisor costs with ptys of its own: no conversation, no assignment, no second delivery. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test(`kill -9 of the supervisor: Claude Code ${version} goes on with its conversation and its task`, async () => {
  let hold: () => void = () => {};
  const held = new Promise<void>((done) => {
    hold = done;
  });
  const prompts: string[] = [];
  const play =
    (): Script =>
    async ({ agent, prompt, said, results }): Promise<Content[]> => {
      if (results.length === 0) prompts.push(`${agent}: ${prompt.split('\n')[0]}`);
      if (prompt.includes('[mcc nudge resume-')) {
        // Only the conversation before the crash tells the name.
        const name = /named (\w+\.txt)/.exec(said.join('\n'))?.[1] ?? 'unknown.txt';
        if (results.length === 0)
          return [
            use('Bash', {
              command: `echo again > ${name} && git add -A && git commit -qm "Add ${name}"`,
              description: 'Work',
            }),
          ];
        if (results.length === 1) return [use('mcp__mcc__task_submit', { task: 't1', summary: name })];
        return [say('Submitted.')];
      }
      await held;
      return [say('Too late.')];
    };
  const team = await Team.open(
    { worker: 'permission_mode: bypassPermissions' },
    ['merge: { auto: false }'],
    play,
  );
  ends.push(() => team.close());
  await team.run('up', '--headless');
  await team.run('task', 'add', 'a file named parrot.txt', '--to', 'worker');
  await team.event('message.accepted', (event) => event.id === 'assign-t1-1');
  await team.until('a turn in hand', () => prompts.length === 1);
  const { pid, seq } = team.events().findLast((event) => event.type === 'supervisor.started');
  const first = team.events().findLast((event) => event.type === 'session.started');
  // The CLI writes its transcript a moment after it goes on; what is not in it yet is lost with the process.
  await team.until('the assignment in the transcript', () => {
    const path = findTranscript(claude, join(team.root, '.mcc/sessions/worker'), first.conversation);
    return path !== undefined && readFileSync(path, 'utf8').includes('assign-t1-1');
  });
  process.kill(pid, 'SIGKILL');
  await team.until('a dead supervisor', () => startTime(pid) === undefined);

  await team.run('up', '--headless');
  hold();
  // It is proved dead before the next one may begin.
  expect(isAlive(first.pid, first.start), 'the old session').toBe(false);
  const next = await team.event('session.started', (event) => event.seq > first.seq);
  expect(next).toMatchObject({ conversation: first.conversation, resumed: true });
  await team.event('task.submitted', (event) => event.seq > seq);
  expect(readFileSync(join(team.root, 'worktrees/worker/parrot.txt'), 'utf8')).toBe('again\n');
  // The assignment was not delivered a second time.
  expect(prompts.filter((prompt) => prompt.includes('assign-t1-1'))).toHaveLength(1);
  await team.run('approve', 't1');
  await team.run('merge', 't1');
  await team.event('task.merged');
  expect(readFileSync(join(team.root, 'parrot.txt'), 'utf8')).toBe('again\n');
}, 180_000);
