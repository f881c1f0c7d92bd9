import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, scripted, Team, write } from './team.ts';

const files = { 'src/api/a.ts': 'a\n', 'src/web/b.ts': 'b\n', '.env': 'KEY=1\n' };
const fencedTeam = () =>
  new Team(
    { agents: { backend: scripted('', { write: ['src/api'], hidden: ['.env'] }), web: scripted() } },
    files,
  );

/** What the CLI hears before it uses a tool on a file. */
async function before(team: Team, agent: string, tool: string, file: string): Promise<string | null> {
  const settings = readFileSync(join(team.root, '.mcc/sessions', agent, 'settings.json'), 'utf8');
  const { url } = JSON.parse(settings).hooks.PreToolUse[0].hooks[0];
  const body = {
    hook_event_name: 'PreToolUse',
    session_id: 'x',
    tool_name: tool,
    tool_input: { file_path: file },
  };
  const answer: any = await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json();
  const { permissionDecision, permissionDecisionReason } = answer.hookSpecificOutput ?? {};
  return permissionDecision === 'deny' ? permissionDecisionReason : null;
}

test('a tool is denied a file beyond the fence, however its path is spelled', async () => {
  const team = await fencedTeam().serve();
  await team.idle('backend', 'web');
  const own = (name: string) => team.worktree('backend', name);
  const may = [own('src/api/a.ts'), own('src/api/new/c.ts'), 'src/api/a.ts', '/tmp/note'];
  for (const file of may) expect([file, await before(team, 'backend', 'Write', file)]).toEqual([file, null]);
  expect(await before(team, 'backend', 'Edit', own('src/web/b.ts'))).toContain('not yours to change');
  expect(await before(team, 'backend', 'Edit', own('src/api/../web/b.ts'))).toContain('not yours to change');
  expect(await before(team, 'backend', 'Write', 'new.ts')).toContain('not yours to change');
  symlinkSync('../web', own('src/api/link'));
  expect(await before(team, 'backend', 'Write', own('src/api/link/b.ts'))).toContain('not yours to change');
  mkdirSync(own('src/api/deep'));
  symlinkSync(team.root, own('src/api/deep/main'));
  expect(await before(team, 'backend', 'Write', own('src/api/deep/main/src/api/a.ts'))).toContain(
    'the main checkout',
  );
  expect(await before(team, 'backend', 'Write', join(team.root, 'src/api/a.ts'))).toContain(
    'the main checkout',
  );
  expect(await before(team, 'backend', 'NotebookEdit', team.worktree('web', 'src/api/a.ts'))).toContain(
    'the worktree of web',
  );
  expect(await before(team, 'backend', 'Read', join(team.root, '.env'))).toContain('hidden from you');
  expect(await before(team, 'backend', 'Read', own('src/web/b.ts'))).toBeNull();
  // Without a fence of its own an agent is held to its worktree all the same.
  expect(await before(team, 'web', 'Write', team.worktree('web', 'src/api/a.ts'))).toBeNull();
  expect(await before(team, 'web', 'Write', join(team.root, 'new.ts'))).toContain('the main checkout');
});

test('a branch that changes what its agent may not is refused early, and sent back by the queue', async () => {
  const team = await fencedTeam().serve();
  await team.idle('backend', 'web');
  const id = (await team.command('task', 'add', 'work', '--to', 'backend')).split(' ')[0] ?? '';
  await team.until('it has its task', () => team.receipt(`assign-${id}-1`) === 'accepted');
  await team.idle('backend');
  team.commit('backend', { 'src/api/a.ts': 'A\n', 'src/web/b.ts': 'B\n', 'new.ts': '' });
  expect(await team.command('task', 'submit', id)).toBe(
    `refused: ${id} changes what backend may not: new.ts, src/web/b.ts`,
  );
  git(team.worktree('backend'), 'rm', '--quiet', 'new.ts');
  git(team.worktree('backend'), 'checkout', '--quiet', 'main', '--', 'src/web/b.ts');
  git(team.worktree('backend'), 'commit', '--quiet', '--amend', '-m', 'Work');
  expect(await team.command('task', 'submit', id)).toContain('submitted');
  await team.command('approve', id);
  await team.until('it is merged', ({ tasks }) => tasks[id]?.status === 'merged');
  expect(readFileSync(join(team.root, 'src/api/a.ts'), 'utf8')).toBe('A\n');
});

test('what was approved before the fence was set up is sent back by the queue with the list', async () => {
  const loose = new Team({ merge: { auto: false }, agents: { backend: scripted() } }, files);
  await loose.up();
  await loose.idle('backend');
  const id = (await loose.command('task', 'add', 'work', '--to', 'backend')).split(' ')[0] ?? '';
  await loose.until('it has its task', () => loose.receipt(`assign-${id}-1`) === 'accepted');
  await loose.idle('backend');
  loose.commit('backend', { 'src/web/b.ts': 'B\n' });
  await loose.command('task', 'submit', id);
  await loose.command('approve', id);
  await loose.mcc('down', '--force');
  const spec = { merge: { auto: false }, agents: { backend: scripted('', { write: ['src/api'] }) } };
  write(loose.root, { 'agents.yaml': JSON.stringify(spec) });
  await loose.up();
  await loose.command('merge', id);
  const finding = await loose.until('it went back', ({ tasks }) => tasks[id]?.findings.at(-1));
  expect(finding).toMatchObject({ kind: 'fence', files: ['src/web/b.ts'] });
  const letter = await loose.until('its author is told', ({ posts }) => posts[`assign-${id}-2`]);
  expect(letter.message.body).toContain('changes files that are not yours');
  expect(readFileSync(join(loose.root, 'src/web/b.ts'), 'utf8')).toBe('b\n');
});
