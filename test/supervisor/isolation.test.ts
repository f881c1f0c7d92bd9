import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test as always, expect, onTestFinished } from 'vitest';
import { findBubblewrap } from '../../src/io/bubblewrap.ts';
import { isAlive, startTime } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { folder, git, type Spec, scripted, Team, write } from './team.ts';

/** Where no sandbox can be made, there is nothing to test. */
const test = always.skipIf('what' in (await findBubblewrap(process.env)));
const withTmux = tmuxProblem(await findTmux(process.env)) === undefined;

/** A team in sandboxes; what the scripted agents write down of themselves is all they may write beside their own. */
function isolated(more: Spec = {}, files?: Record<string, string>): Team {
  const notes = folder();
  const seen = [resolve('.'), realpathSync('node_modules'), dirname(process.execPath)];
  const team = new Team(
    {
      isolation: 'bubblewrap',
      sandbox: { writable: [notes], visible: seen },
      agents: { backend: scripted(), frontend: scripted() },
      ...more,
    },
    files,
  );
  team.env.AGENT_LOG = join(notes, 'agents.jsonl');
  return team;
}

/** Has an agent run a command in its session; what that printed. */
async function ran(team: Team, agent: string, command: string): Promise<string> {
  const before = team.told('ran', agent).length;
  const script = join(dirname(team.env.AGENT_LOG ?? ''), `${agent}-${before}.sh`);
  writeFileSync(script, command);
  await team.send(agent, `@@sh sh '${script}' 2>&1`);
  const done = await team.until(`${agent} ran ${command}`, () => team.told('ran', agent)[before]);
  return (done.output ?? '').trim();
}

/** Everything that an agent must not change, as it is now. */
function outside(team: Team) {
  const { root } = team;
  const text = (...names: string[]) =>
    existsSync(join(root, ...names)) ? readFileSync(join(root, ...names), 'utf8') : null;
  const refs = git(root, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n');
  return {
    refs: refs.filter((ref) => !ref.startsWith('refs/heads/mcc/backend/')),
    head: text('.git/HEAD'),
    config: text('.git/config'),
    packed: text('.git/packed-refs'),
    alternates: text('.git/objects/info/alternates'),
    hooks: readdirSync(join(root, '.git/hooks')),
    gitFile: text('worktrees/backend/.git'),
    admin: ['gitdir', 'commondir', 'config.worktree'].map((name) => text('.git/worktrees/backend', name)),
    worktrees: readdirSync(join(root, '.git/worktrees')),
    main: git(root, 'status', '--porcelain', '--untracked-files=all'),
    files: readdirSync(root),
    frontend: git(team.worktree('frontend'), 'status', '--porcelain', '--untracked-files=all'),
    home: readdirSync(team.env.HOME ?? ''),
    settings: text('.mcc/sessions/backend/settings.json'),
    wrapper: text('.mcc/sessions/backend/bin/mcc'),
    inbox: readdirSync(join(root, '.mcc/inbox'), { recursive: true }).filter((name) =>
      /frontend|x\.json/.test(String(name)),
    ),
  };
}

/** Ways out. Each is one attempt that says `out` when it worked; R is the main checkout, G its .git, A the agent's own part of it. */
const attempts: Record<string, string> = {
  'a redirect into the main checkout': 'echo x > "$R/a.txt" && echo out',
  'a new file in the main checkout': 'touch "$R/new.txt" && echo out',
  'the worktree of another agent': 'echo x > "$R/worktrees/frontend/a.txt" && echo out',
  'the home directory': 'echo x > ~/.profile && echo out',
  'the system': 'touch /etc/mcc-was-here && echo out',
  'another program than a shell':
    'node -e \'require("fs").writeFileSync(process.env.R + "/a.txt", "x"); console.log("out")\'',
  'a link into the main checkout': 'ln -s "$R/a.txt" link; echo x > link && echo out',
  'a hard link': 'ln "$R/a.txt" hard && echo x > hard && echo out',
  'git in the main checkout': 'git -C "$R" commit -q --allow-empty -m x && echo out',
  'moving the base': 'git update-ref refs/heads/main HEAD~0 HEAD && git branch -f main && echo out',
  'deleting the base': 'git update-ref -d refs/heads/main && echo out',
  "another agent's branch": 'git update-ref -d refs/heads/mcc/frontend/work && echo out',
  'a branch outside its own folder': 'git branch mine && echo out',
  'a tag': 'git tag mine && echo out',
  'HEAD on the base, and a commit':
    'git symbolic-ref HEAD refs/heads/main; git commit -q --allow-empty -m x && echo out; git symbolic-ref HEAD refs/heads/mcc/backend/work',
  'a branch of its own that stands for the base':
    'git symbolic-ref refs/heads/mcc/backend/evil refs/heads/main; git commit-tree -p HEAD -m x "HEAD^{tree}" > c; git update-ref refs/heads/mcc/backend/evil "$(cat c)" && echo out; rm -f "$G/refs/heads/mcc/backend/evil"',
  'a link among its branches':
    'ln -s ../../main "$G/refs/heads/mcc/backend/evil"; echo x > "$G/refs/heads/mcc/backend/evil" && echo out; rm -f "$G/refs/heads/mcc/backend/evil"',
  "git's configuration": 'git config core.fsmonitor "touch $R/new.txt" && echo out',
  "the user's configuration": 'git config --global core.fsmonitor "touch $R/new.txt" && echo out',
  "its worktree's configuration": 'echo "[core]" > "$A/config.worktree" && echo out',
  'another configuration by its commondir': 'echo /tmp > "$A/commondir" && echo out',
  'the place of another worktree': 'echo "$R/worktrees/frontend/.git" > "$A/gitdir" && echo out',
  'these by a new file in their place':
    'echo /tmp > "$A/x"; mv -f "$A/x" "$A/commondir" && echo out; rm -f "$A/x"',
  'its .git file written anew': 'echo "gitdir: /tmp/evil" > .git && echo out',
  'its .git file replaced': 'echo "gitdir: /tmp/evil" > g; mv -f g .git && echo out; rm -f g',
  'its .git file removed': 'rm -f .git && echo out',
  'a hook': 'echo "touch x" > "$G/hooks/post-commit" && echo out',
  'packed refs': 'echo x > "$G/packed-refs" && echo out; git pack-refs --all && echo out',
  'another store of objects': 'echo /tmp/objects > "$G/objects/info/alternates" && echo out',
  'a worktree more': 'git worktree add -q /tmp/more && echo out',
  'its own settings': 'echo x > "$R/.mcc/sessions/backend/settings.json" && echo out',
  'the program of its tools': 'echo x > "$R/.mcc/sessions/backend/bin/mcc" && echo out',
  "another agent's session": 'cat "$R/.mcc/sessions/frontend/settings.json" && echo out',
  "another agent's inbox": 'echo "{}" > "$R/.mcc/inbox/frontend/new/x.json" && echo out',
  'its own inbox, as the person': 'echo "{}" > "$R/.mcc/inbox/backend/new/x.json" && echo out',
  'the drop box': 'mkdir -p "$R/.mcc/tasks/frontend" && echo out',
  'the log': 'echo x >> "$R/.mcc/events.jsonl" && echo out',
  'the lock and the tokens': 'ls "$R/.mcc/run" | grep -v "^socket$" && echo out',
  'what mcc merges from': 'ls "$R/.mcc/integration" && echo out',
  'the terminals of others': 'for t in /dev/pts/[0-9]*; do echo x > "$t" && echo out; done',
  'the runtime folder': 'ls -A "$D" | grep -v "^socket$" && echo out; rm -f "$D/socket" && echo out',
  'the folder of temporary files': 'ls -A /tmp | grep mcc-0 && echo out; ls "$T" && echo out',
  'the tokens of others':
    'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | grep -F "MCC_TOKEN=$OTHER" && echo out',
  'the root of another process': 'for p in /proc/[0-9]*; do touch "$p/root$R/new.txt" && echo out; done',
  'a signal to another agent': 'kill -9 $PIDS && echo out',
  'the kernel': 'test -w /proc/sys/kernel/core_pattern && echo out; test -w /proc/sysrq-trigger && echo out',
  mounting: 'mount -o remount,rw,bind / && echo out; umount "$R/.mcc" && echo out',
  'a user namespace of its own':
    'unshare -Urm sh -c \'umount "$R/.mcc" || mount -o remount,rw,bind /\' && echo out',
  // Last, since it costs the agent its own branches.
  'its folder of branches moved away': 'mv "$G/refs/heads/mcc/backend" /tmp/b && echo out',
};

async function attack(team: Team, agent: string): Promise<void> {
  const { root } = team;
  const pids = [team.state.supervisor?.pid, team.state.agents.frontend?.session?.pid].join(' ');
  const folder = dirname(readPointer(root) ?? '');
  const names = {
    R: root,
    G: join(root, '.git'),
    A: join(root, '.git/worktrees', agent),
    D: folder,
    T: join(folder, 'frontend'),
    OTHER: team.token('frontend'),
    PIDS: pids,
  };
  const set = Object.entries(names).map(([name, value]) => `export ${name}='${value}'`);
  const tries = Object.entries(attempts).map(
    ([what, command]) => `echo '== ${what.replaceAll("'", '’')}'\n${command}`,
  );
  const before = outside(team);
  const said = await ran(team, agent, [...set, ...tries, 'echo == end'].join('\n'));
  const worked = said.split('\n== ').filter((part) => part.split('\n').includes('out'));
  expect(worked).toEqual([]);
  expect(said.split('\n').filter((line) => line.startsWith('== '))).toHaveLength(
    Object.keys(attempts).length + 1,
  );
  expect(outside(team)).toEqual(before);
}

for (const host of withTmux ? ['pty', 'tmux'] : ['pty'])
  test(`an agent in bubblewrap finds no way out, with host ${host}`, async () => {
    const team = isolated({ host });
    onTestFinished(async () => void (await team.mcc('down', '--force')));
    await team.up();
    await team.idle('backend', 'frontend');
    const sessions = ['backend', 'frontend'].map((name) => team.state.agents[name]?.session);
    await attack(team, 'backend');
    for (const session of sessions) expect(isAlive(session?.pid ?? 0, session?.start ?? '')).toBe(true);
  });

test('links that an agent in bubblewrap lays in its own folders lead the supervisor nowhere', async () => {
  const team = await isolated().serve();
  await team.idle('backend', 'frontend');
  const out = folder();
  const id = (await team.command('task', 'add', 'work', '--to', 'backend')).split(' ')[0] ?? '';
  await team.until('it has its task', () => team.receipt(`assign-${id}-1`) === 'accepted');
  await team.idle('backend');
  const links = [
    `ln -s '${team.root}/a.txt' "$MCC_ROOT/.mcc/results/backend/${id}.json"`,
    `cd "$CLAUDE_CONFIG_DIR"; rm -rf sessions .claude.json; ln -s '${out}' sessions; ln -s '${out}/seed' .claude.json; ls -l`,
  ];
  expect(await ran(team, 'backend', links.join('\n'))).toContain('sessions ->');
  writeFileSync(join(out, '2.json'), 'mine');
  const before = outside(team);
  await team.command('task', 'done', id, '--result', 'nothing to do');
  await team.until('the result is written', () =>
    readFileSync(join(team.root, '.mcc/results/backend', `${id}.json`), 'utf8').includes('nothing to do'),
  );
  const { id: first } = team.state.agents.backend?.session ?? {};
  await team.command('agent', 'restart', 'backend');
  await team.until('it runs again', ({ agents }) => {
    const { session } = agents.backend ?? {};
    return session && session.id !== first && !session.exit;
  });
  await team.idle('backend');
  // Its settings are written anew for each run.
  expect({ ...outside(team), settings: before.settings }).toEqual(before);
  expect(readdirSync(out)).toEqual(['2.json']);
  expect(readFileSync(join(out, '2.json'), 'utf8')).toBe('mine');
});

test('what is hidden from an agent in bubblewrap cannot be read in the main checkout', async () => {
  const spec = { backend: scripted('', { hidden: ['.env*', 'secrets'] }), frontend: scripted() };
  const team = isolated({ agents: spec });
  for (const name of ['.env.local', 'secrets/key', 'seen']) write(team.root, { [name]: `in ${name}` });
  await team.serve();
  await team.idle('backend', 'frontend');
  const read = 'cd "$MCC_ROOT"; cat .env.local secrets/key seen';
  const said = await ran(team, 'backend', read);
  expect(said).toContain('in seen');
  expect(said).not.toMatch(/in \.env|in secrets/);
  expect(await ran(team, 'frontend', read)).toContain('in secrets/key');
});

test('an agent in bubblewrap speaks for itself, whatever pid and token it names', async () => {
  const team = await isolated().serve();
  await team.idle('backend', 'frontend');
  expect(await ran(team, 'backend', 'mcc send frontend hello')).toMatch(/^m-\w+ queued/);
  const posing = 'this call comes from the session of backend, but';
  expect(await ran(team, 'backend', 'env -u MCC_TOKEN mcc agent stop frontend')).toContain(
    `${posing} without its token`,
  );
  expect(
    await ran(team, 'backend', `env -i PATH="$PATH" MCC_ROOT="$MCC_ROOT" setsid -w mcc agent stop frontend`),
  ).toContain(`${posing} without its token`);
  expect(await ran(team, 'backend', `MCC_TOKEN=${team.token('frontend')} mcc agent stop frontend`)).toContain(
    `${posing} with the token of frontend`,
  );
  expect(team.state.agents.frontend?.wanted).toBe(true);
});

test('the work of an agent in bubblewrap goes from its branch through sandboxed gates to the base', async () => {
  const gate = 'touch built /tmp/built && ! touch ~/out "$OLDPWD" && ! ls ../run && git log -1 --format=%s';
  const setup = [
    'touch made && ! touch ~/out && ! touch "$MCC_ROOT/a.txt" && ! ls "$MCC_ROOT/.mcc/run" && rm made',
  ];
  const team = await isolated({
    worktree: { setup },
    merge: { gates: [{ name: 'fenced', run: gate }] },
  }).serve();
  await team.idle('backend', 'frontend');
  const id = (await team.command('task', 'add', 'work', '--to', 'backend')).split(' ')[0] ?? '';
  await team.until('it has its task', () => team.receipt(`assign-${id}-1`) === 'accepted');
  await team.idle('backend');
  const work = [
    'set -e',
    'echo one > one.txt; git add -A; git commit -qm one',
    'git switch -qc mcc/backend/side; echo two > two.txt; git add -A; git commit -qm two',
    `git switch -q mcc/backend/${id}; git cherry-pick mcc/backend/side > /dev/null`,
    'git rebase -q --force-rebase main',
    'git revert --no-edit HEAD > /dev/null; git reset -q --hard HEAD~1',
    'git commit -q --amend -m "two, amended"',
    'echo kept > "$TMPDIR/note"; echo result > "$MCC_ROOT/.mcc/results/backend/own.txt"',
    `mcc task submit ${id}`,
  ].join('\n');
  expect(await ran(team, 'backend', work)).toContain('submitted');
  expect(git(team.root, 'log', '--format=%s', `mcc/backend/${id}`).split('\n').slice(0, 2)).toEqual([
    'two, amended',
    'one',
  ]);
  await team.command('approve', id);
  const task = await team.until(`${id} is merged`, ({ tasks }) => {
    if (tasks[id]?.findings.length) throw new Error(JSON.stringify(tasks[id]?.findings));
    return tasks[id]?.status === 'merged' && tasks[id];
  });
  expect(task.gates).toMatchObject([{ gate: 'fenced', ok: true }]);
  expect(readFileSync(join(team.root, 'two.txt'), 'utf8')).toBe('two\n');
  expect(readdirSync(team.env.HOME ?? '')).not.toContain('out');
});

test('branches that were packed, with their folder empty, stay the own ones of an agent in bubblewrap', async () => {
  const team = await isolated().serve();
  await team.idle('backend', 'frontend');
  git(team.root, 'pack-refs', '--all', '--prune');
  expect(await ran(team, 'backend', 'git commit -q --allow-empty -m more && git rev-parse HEAD')).toBe(
    git(team.root, 'rev-parse', 'mcc/backend/work'),
  );
});

(withTmux ? test : test.skip)(
  'an agent in bubblewrap lives on when the supervisor is killed, and is heard by the next one',
  async () => {
    const team = isolated({ host: 'tmux' });
    onTestFinished(async () => void (await team.mcc('down', '--force')));
    await team.up();
    await team.idle('backend', 'frontend');
    const before = team.state.agents.backend?.session;
    const supervisor = team.state.supervisor?.pid ?? 0;
    const start = startTime(supervisor) ?? '';
    process.kill(supervisor, 'SIGKILL');
    await team.until('the supervisor is dead', () => !isAlive(supervisor, start));
    await team.up();
    expect(team.state.agents.backend?.session).toEqual(before);
    expect(await ran(team, 'backend', 'mcc send frontend hello')).toMatch(/^m-\w+ queued/);
    expect(await ran(team, 'backend', 'env -u MCC_TOKEN mcc agent stop frontend')).toContain(
      'without its token',
    );
  },
);

test('all processes of an agent in bubblewrap end with it, asked first', async () => {
  const team = await isolated({ agents: { backend: scripted() } }).serve();
  await team.idle('backend');
  const sleep = `sleep 4321.${process.pid}`;
  await ran(team, 'backend', `setsid ${sleep} > /dev/null 2>&1 &`);
  const sleeping = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').includes(sleep);
  await team.until('it sleeps', sleeping);
  await team.command('agent', 'stop', 'backend');
  const exit = await team.until('it has ended', ({ agents }) => agents.backend?.session?.exit);
  // The scripted agent ends with 143 or 129 when it is asked to; killed, it would be 137.
  expect(exit.reason).toBe('stopped');
  expect([129, 143]).toContain(exit.code);
  expect(sleeping()).toBe(false);
});

test('a shell in bubblewrap is idle at its prompt and works while a program has its terminal', async () => {
  const team = await isolated({ agents: { shell: { kind: 'shell' } } }).serve();
  await team.idle('shell');
  team.type('shell', 'sleep 4322\r');
  await team.until('it works', ({ agents }) => agents.shell?.reports.foreground?.status === 'working');
  team.type('shell', '\x03');
  await team.idle('shell');
  expect(team.state.agents.shell?.session?.exit).toBeUndefined();
});
