import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test as always, expect } from 'vitest';
import { findBubblewrap } from '../../src/io/bubblewrap.ts';
import { version } from './lab.ts';
import { type Content, type Script, say, use } from './model.ts';
import { Team } from './team.ts';

const test = always.skipIf('what' in (await findBubblewrap(process.env)));

/** The job in sandboxes: the CLI starts, resumes, works, commits and reports there, and what it must not do fails. */
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const play =
  (root: string): Script =>
  ({ agent, prompt, results }): Content[] => {
    const step = results.length;
    if (agent === 'architect') {
      const review = /Review (t\d+)/.exec(prompt)?.[1];
      if (!review) return [say('Nothing to do.')];
      if (step === 0) return [use('mcp__mcc__review', { task: review })];
      const commit = /commit ([0-9a-f]{40})/.exec(results[0]?.text ?? '')?.[1] ?? '';
      return step === 1 ? [use('mcp__mcc__approve', { task: review, commit })] : [say('Approved.')];
    }
    const id = /\btask (t\d+)/i.exec(prompt)?.[1];
    if (!id) return [say('Fine.')];
    const bash = (command: string): Content[] => [use('Bash', { command, description: 'Work' })];
    const file_path = join(root, 'worktrees/worker/one.txt');
    if (step === 0) return [use('Write', { file_path, content: 'one\n' })];
    if (step === 1) return [use('Write', { file_path: join(root, 'out.txt'), content: 'out\n' })];
    if (step === 2)
      return bash(
        `'${process.execPath}' -e 'require("fs").writeFileSync("${root}/out.txt", "")'; git update-ref refs/heads/main HEAD; ls '${root}/.mcc/run'`,
      );
    if (step === 3) return bash('git add -A && git commit -qm "One" && git log -1 --format=%s');
    if (step === 4) return [use('mcp__mcc__task_submit', { task: id, summary: 'one.txt' })];
    return [say(`Submitted. ${results[1]?.text} ${results[2]?.text}`)];
  };

for (const host of ['pty', 'tmux'])
  test(`the job with Claude Code ${version} in sandboxes, with host ${host}`, async () => {
    const free = 'permission_mode: bypassPermissions';
    const team = await Team.open(
      { architect: free, worker: free },
      [
        'architect: architect',
        'isolation: bubblewrap',
        `host: ${host}`,
        'merge: { gates: [ { name: files, run: "ls one.txt && ! touch ../out" } ] }',
      ],
      play,
    );
    ends.push(() => team.close());
    const { root } = team;
    await team.run('up', '--headless');
    await team.run('task', 'add', 'Write one.txt', '--to', 'worker');
    await team.event('task.merged', (event) => event.task === 't1');
    expect(readFileSync(join(root, 'one.txt'), 'utf8')).toBe('one\n');
    expect(existsSync(join(root, 'out.txt'))).toBe(false);
    // It is heard as it is outside: by its hooks, and by the status file that it keeps under the pid it has inside.
    await team.event(
      'agent.reported',
      (event) => event.agent === 'worker' && event.source === 'session file' && event.status === 'idle',
    );
    const heard = await team.until('what it heard of its attempts', () => {
      const folder = join(root, '.mcc/sessions/worker/config/projects');
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      const text = names
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
      return text.includes('Submitted. ') && text;
    });
    // The fence answers first; what goes around it meets the sandbox.
    expect(heard).toContain('out.txt of the main checkout, and never yours to write');
    expect(heard).toMatch(/EROFS[^"]*out\.txt/);
    expect(heard).toMatch(/main\.lock[^"]*Read-only file system/);
    // The conversation goes on in the next run.
    const first = team.events().find((event) => event.type === 'session.started' && event.agent === 'worker');
    await team.run('agent', 'restart', 'worker');
    const second = await team.event(
      'session.started',
      (event) => event.agent === 'worker' && event.session !== first.session,
    );
    expect(second).toMatchObject({ conversation: first.conversation, resumed: true });
    const effects = team.events().filter((event) => event.type === 'effect.failed');
    expect(effects).toEqual([]);
    await team.run('down');
    expect(existsSync(join(root, '.mcc/run/socket'))).toBe(false);
  }, 120_000);
