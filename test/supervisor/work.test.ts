import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTime } from '../../src/io/process.ts';
import { folder, git, type Spec, scripted, Team } from './team.ts';

const shell = { kind: 'shell' };
const shells = (more: Spec = {}): Team =>
  new Team({ agents: { lead: shell, ann: shell, bob: shell }, architect: 'lead', ...more });
const status = (team: Team, id: string) => team.state.tasks[id]?.status;
const isNow = (team: Team, id: string, wanted: string) =>
  team.until(`${id} is ${wanted}`, () => status(team, id) === wanted);

/** A task of an agent's, from its words to its approval. */
async function approved(team: Team, agent: string, files: Record<string, string>): Promise<string> {
  const id = (await team.command('task', 'add', `work of ${agent}`, '--to', agent)).split(' ')[0] ?? '';
  await isNow(team, id, 'working');
  team.commit(agent, files);
  expect(await team.command('task', 'submit', id)).toContain('it goes to review');
  expect(await team.command('approve', id)).toContain('approved at');
  return id;
}

test('a team of real programs takes a request to the base branch, each step by its own commands', async () => {
  const gate = join(folder(), 'submitted');
  const team = await new Team({
    agents: { lead: scripted(), ann: scripted() },
    architect: 'lead',
    merge: { gates: [{ name: 'has b', run: 'test -f b.txt' }] },
  }).serve();
  await team.idle('lead', 'ann');
  await team.command('ask', 'we need b.txt');
  await isNow(team, 't1', 'working');
  const script = [
    '@@sh echo b > b.txt && git add . && git commit -qm b && mcc task submit t2 --summary "b is there"',
    `@@sh touch '${gate}'`,
  ].join('\n');
  await team.send(
    'lead',
    `@@sh mcc task add "make b" --to ann --parent t1 --text '${script.replaceAll("'", "'\\''").replaceAll('\n', ' ; ')}'`,
  );
  await team.until('there is a task', ({ tasks }) => tasks.t2);
  await isNow(team, 't2', 'working');
  await team.send('ann', script);
  await isNow(team, 't2', 'submitted');
  const { commit } = (await team.until('it is submitted', ({ tasks }) => tasks.t2)) ?? {};
  await team.send('lead', `@@sh mcc review t2 --stat\n@@sh mcc approve t2 --commit ${commit}`);
  await isNow(team, 't2', 'merged');
  expect(readFileSync(join(team.root, 'b.txt'), 'utf8')).toBe('b\n');
  expect(git(team.root, 'log', '-1', '--format=%B')).toMatch(
    /^Merge t2: make b\n\nb is there\n\nMcc-Task: t2\nMcc-Author: ann\nMcc-Approved-By: lead$/,
  );
  const digest = await team.until('the architect hears of it', ({ posts }) =>
    Object.values(posts).find(({ message, receipt }) => message.kind === 'digest' && receipt === 'accepted'),
  );
  expect(digest.message.to).toBe('lead');
  await team.send('lead', '@@sh mcc task done t1 --result "b.txt is there"');
  const answer = await team.until('the answer comes', ({ posts }) => posts['answer-t1']);
  expect(answer.message).toMatchObject({ to: 'person', body: 'b.txt is there' });
  const result = join(team.root, '.mcc/results/ann/t2.json');
  await team.until('there is a result file', () => existsSync(result));
  expect(JSON.parse(readFileSync(result, 'utf8'))).toMatchObject({
    status: 'completed',
    approved_by: 'agent:lead',
  });
});

test('task files of the drop box wait for those they need, whatever box and order they come in', async () => {
  const team = await shells().serve();
  await team.idle('ann', 'bob');
  const put = (agent: string, name: string, text: string) => {
    mkdirSync(join(team.root, '.mcc/tasks', agent), { recursive: true });
    writeFileSync(join(team.root, '.mcc/tasks', agent, name), text);
  };
  put('bob', '2.json', '{"task_id": "second", "title": "after the first", "dependencies": ["first"]}');
  put('bob', 'never.json', '{"title": "lost", "depends_on": ["nobody"]}');
  put('bob', 'broken.json', '{');
  await team.until('the first wait is under way', () => Object.keys(team.state.tasks).length === 0);
  put('ann', '1.json', '{"task_id": "first", "worker": "ann", "description": "the first", "priority": 2}');
  await team.until('both are tasks', ({ tasks }) => tasks.t2);
  expect(team.state.tasks.t1).toMatchObject({ alias: 'first', to: 'ann', priority: 'high' });
  expect(team.state.tasks.t2).toMatchObject({ alias: 'second', to: 'bob', needs: ['t1'], status: 'open' });
  const notes = await team.until('the others are told', ({ notes }) => notes.length === 2 && notes);
  expect(notes.map(({ text }) => /[a-z]+\.json: .*/.exec(text)?.[0]).toSorted()).toEqual([
    expect.stringMatching(/^broken\.json: /),
    'never.json: there is no task `nobody` (mcc task list)',
  ]);
  expect(existsSync(join(team.root, '.mcc/tasks/ann/cur/1.json'))).toBe(true);
});

test('a branch is made only in a clean worktree of an idle agent: a dirty one is held with the reason, and goes on when clean', async () => {
  const team = await shells().serve();
  await team.idle('ann');
  writeFileSync(team.worktree('ann', 'stray.txt'), '');
  await team.command('task', 'add', 'parse', '--to', 'ann');
  const held = await team.until('it is held', ({ tasks }) => tasks.t1?.held);
  expect(held).toBe(
    'the worktree of ann cannot leave its branch: the worktree has uncommitted changes (stray.txt)',
  );
  expect(git(team.worktree('ann'), 'branch', '--show-current')).toBe('mcc/ann/work');
  rmSync(team.worktree('ann', 'stray.txt'));
  await isNow(team, 't1', 'working');
  expect(git(team.worktree('ann'), 'branch', '--show-current')).toBe('mcc/ann/t1');
  team.type('bob', 'cat\r');
  await team.until('bob is at work', ({ agents }) => agents.bob?.reports.foreground?.status === 'working');
  await team.command('task', 'add', 'print', '--to', 'bob');
  await isNow(team, 't2', 'assigned');
  team.type('bob', '\x04');
  await isNow(team, 't2', 'working');
});

test('a conflict goes back to its author with the files, and what needs the task waits for it', async () => {
  const team = await shells().serve();
  await team.idle('ann', 'bob');
  const one = (await team.command('task', 'add', 'one', '--to', 'ann')).split(' ')[0] ?? '';
  const two = (await team.command('task', 'add', 'two', '--to', 'bob')).split(' ')[0] ?? '';
  await team.command('task', 'add', 'three', '--needs', two, '--to', 'ann');
  await isNow(team, one, 'working');
  await isNow(team, two, 'working');
  team.commit('ann', { 'a.txt': 'ann\n' });
  team.commit('bob', { 'a.txt': 'bob\n' });
  for (const id of [one, two]) {
    await team.command('task', 'submit', id);
    await team.command('approve', id);
  }
  await isNow(team, one, 'merged');
  await team.until('the others are seen to be behind', ({ agents }) => agents.bob?.worktree?.behind === 2);
  const back = await team.until(
    'the other comes back',
    ({ tasks }) => tasks[two]?.status === 'working' && tasks[two],
  );
  expect(back.findings).toMatchObject([{ kind: 'conflict', files: ['a.txt'] }]);
  expect(team.state.posts[`assign-${two}-2`]?.message.body).toContain('Files: a.txt');
  expect(status(team, 't3')).toBe('open');
  git(team.worktree('bob'), 'merge', '--quiet', '-X', 'ours', 'main');
  await team.command('task', 'submit', two);
  await team.command('approve', two);
  await isNow(team, two, 'merged');
  const next = await team.until('the next begins', ({ tasks }) => tasks.t3?.status === 'working' && tasks.t3);
  expect(team.state.agents[next.agent ?? '']?.worktree).toMatchObject({
    branch: next.branch,
    ...{ ahead: 0, behind: 0, insertions: 0 },
  });
  expect(readFileSync(join(team.root, 'a.txt'), 'utf8')).toBe('bob\n');
  expect(git(team.root, 'status', '--porcelain')).toBe('');
});

test('a gate that fails sends the work back with its output, and nothing of a gate runs on', async () => {
  const left = join(folder(), 'left');
  const daemon = `export left='${left}'; setsid sh -c 'echo $$ > "$left"; sleep 600' &`;
  const run = `${daemon} while ! [ -s "$left" ]; do sleep 0.01; done; echo checked; test -f good.txt`;
  const team = await shells({ merge: { gates: [{ name: 'check', run }] } }).serve();
  await team.idle('ann');
  const id = await approved(team, 'ann', { 'bad.txt': '' });
  const back = await team.until('it comes back', ({ tasks }) => tasks[id]?.status === 'working' && tasks[id]);
  expect(back.findings).toMatchObject([
    {
      kind: 'gates',
      text: expect.stringMatching(/^gate check failed \(exit 1\):\n\$ export left=.*good\.txt\nchecked/),
    },
  ]);
  expect(startTime(Number(readFileSync(left, 'utf8')))).toBeUndefined();
  expect(git(team.root, 'log', '--format=%s')).toBe('Start');
  team.commit('ann', { 'good.txt': '' });
  await team.command('task', 'submit', id);
  await team.command('approve', id);
  await isNow(team, id, 'merged');
});

test('a base that moves while the gates run makes the candidate anew, on what is there then', async () => {
  const room = folder();
  const go = join(room, 'go');
  const run = `echo x >> '${join(room, 'runs')}'; while ! [ -e '${go}' ]; do sleep 0.02; done`;
  const team = await shells({ merge: { gates: [{ name: 'slow', run }] } }).serve();
  await team.idle('ann');
  const id = await approved(team, 'ann', { 'b.txt': '' });
  await team.until('the gate runs', () => existsSync(join(room, 'runs')));
  write(team, 'c.txt');
  writeFileSync(go, '');
  await isNow(team, id, 'merged');
  expect(readFileSync(join(room, 'runs'), 'utf8')).toBe('x\nx\n');
  expect(git(team.root, 'log', '--first-parent', '--format=%s')).toBe(
    `Merge ${id}: work of ann\nOutside\nStart`,
  );
});

/** A commit of the person on main. */
function write(team: Team, name: string): void {
  writeFileSync(join(team.root, name), '');
  git(team.root, 'add', name);
  git(team.root, 'commit', '--quiet', '-m', 'Outside');
}

test("changes in the person's checkout that are in the way hold the merge with git's reason, until they are gone", async () => {
  const team = await shells().serve();
  await team.idle('ann');
  writeFileSync(join(team.root, 'a.txt'), 'mine\n');
  const id = await approved(team, 'ann', { 'a.txt': 'theirs\n' });
  const held = await team.until('it is held', ({ tasks }) => tasks[id]?.held);
  expect(held).toContain('a.txt');
  expect(readFileSync(join(team.root, 'a.txt'), 'utf8')).toBe('mine\n');
  git(team.root, 'checkout', '--quiet', 'a.txt');
  await isNow(team, id, 'merged');
  expect(readFileSync(join(team.root, 'a.txt'), 'utf8')).toBe('theirs\n');
});

test('gates do not run for what could not be merged, nor twice for what git refused, and a reason is told once', async () => {
  const room = folder();
  const [runs, go] = [join(room, 'runs'), join(room, 'go')];
  const run = `echo x >> '${runs}'; while ! [ -e '${go}' ]; do sleep 0.02; done`;
  const team = await shells({ merge: { gates: [{ name: 'slow', run }] } }).serve();
  await team.idle('ann');
  const told = () =>
    team.events.flatMap((event) => (/^merge\.(started|held|gated)/.test(event.type) ? [event.type] : []));
  writeFileSync(join(team.root, 'a.txt'), 'mine\n');
  const id = await approved(team, 'ann', { 'a.txt': 'theirs\n' });
  const held = await team.until('it is held', ({ tasks }) => tasks[id]?.held);
  expect(held).toBe(
    `Your local changes to the following files would be overwritten by merge: a.txt (in ${team.root})`,
  );
  expect(existsSync(runs)).toBe(false);
  git(team.root, 'checkout', '--quiet', 'a.txt');
  await team.until('the gate runs', () => existsSync(runs));
  writeFileSync(join(team.root, 'a.txt'), 'mine again\n');
  writeFileSync(go, '');
  await team.until('it is held anew', ({ tasks, merging }) => !merging && tasks[id]?.held === held);
  git(team.root, 'checkout', '--quiet', 'a.txt');
  await isNow(team, id, 'merged');
  expect(readFileSync(runs, 'utf8')).toBe('x\n');
  expect(told()).toEqual(['merge.held', 'merge.started', 'merge.gated', 'merge.held']);
});

test('with merge.auto off what is approved waits for the word', async () => {
  const team = await shells({ merge: { auto: false } }).serve();
  await team.idle('ann');
  const id = await approved(team, 'ann', { 'b.txt': '' });
  await team.send('bob', 'something else happens');
  expect(status(team, id)).toBe('approved');
  expect(await team.command('merge')).toBe(`${id} go into the merge queue`);
  await isNow(team, id, 'merged');
});

test('an approval is lost when the branch moves', async () => {
  const team = await shells({ merge: { auto: false } }).serve();
  await team.idle('ann');
  const id = await approved(team, 'ann', { 'b.txt': '' });
  team.commit('ann', { 'c.txt': '' });
  expect(await team.command('merge')).toContain('merge queue');
  const back = await team.until('it comes back', ({ tasks }) => tasks[id]?.status === 'working' && tasks[id]);
  expect(back.findings).toMatchObject([{ kind: 'moved' }]);
  expect(existsSync(join(team.root, 'b.txt'))).toBe(false);
});

test('a task that takes longer than it may has failed, and the architect hears of it', async () => {
  const team = await shells().serve();
  await team.idle('ann');
  await team.command('task', 'add', 'too much', '--to', 'ann', '--timeout', '1');
  await isNow(team, 't1', 'failed');
  expect(team.state.tasks.t1?.reason).toBe('it took longer than the 1 s that it may take');
  expect(team.state.posts['failed-t1']?.message.to).toBe('lead');
});

test('a base branch that no checkout has out is moved too', async () => {
  const team = shells({ base: 'trunk' });
  git(team.root, 'branch', 'trunk');
  await team.serve();
  await team.idle('ann');
  const id = await approved(team, 'ann', { 'b.txt': '' });
  await isNow(team, id, 'merged');
  expect(git(team.root, 'show', '--stat', '--format=', 'trunk')).toContain('b.txt');
  expect(existsSync(join(team.root, 'b.txt'))).toBe(false);
});
