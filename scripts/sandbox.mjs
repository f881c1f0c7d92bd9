// npm run sandbox <scenario>: a throwaway project in the state that a test begins with, then your own keyboard.
// Without a scenario it lists them. When you leave its shell, everything of it is removed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const home = resolve(import.meta.dirname, '..');
const shell = { kind: 'shell' };
const pair = { lead: shell, ann: shell, bob: shell };

const scenarios = {
  conflict: {
    what: 'two agents changed the same line: the first is merged, the second has the conflict back',
    team: { agents: pair, architect: 'lead' },
    async play(project) {
      await project.start('ann', 'bob');
      await project.approve('t1', 'ann', { 'poem.txt': 'roses are blue\n' });
      await project.until('t1 is merged', ({ tasks }) => tasks[0].status === 'merged');
      await project.approve('t2', 'bob', { 'poem.txt': 'roses are white\n' });
      await project.until('t2 is back', ({ tasks }) => tasks[1].findings.length > 0);
    },
    next: ['mcc task show t2', 'mcc inbox bob', 'cd worktrees/bob && git merge main'],
  },
  gate: {
    what: 'approved work fails the gate on the merged result and is back with the output',
    team: {
      agents: pair,
      architect: 'lead',
      merge: { gates: [{ name: 'no roses', run: 'cat poem.txt; ! grep -n roses poem.txt' }] },
    },
    async play(project) {
      await project.start('ann');
      await project.approve('t1', 'ann', { 'more.txt': 'violets\n' });
      await project.until('t1 is back', ({ tasks }) => tasks[0].findings.length > 0);
    },
    next: ['mcc task show t1', 'mcc log'],
  },
  dirty: {
    what: 'your own uncommitted change is in the way of a merge, which waits for it',
    team: { agents: pair, architect: 'lead' },
    async play(project) {
      await project.start('ann');
      project.write('.', { 'poem.txt': 'my own words\n' });
      await project.approve('t1', 'ann', { 'poem.txt': 'roses are blue\n' });
      await project.until('t1 is held', ({ tasks }) => tasks[0].held);
    },
    next: ['mcc task show t1', 'git checkout poem.txt   # and t1 is merged within seconds'],
  },
  stray: {
    what: 'an agent left a file lying in its worktree, so its next task cannot begin',
    team: { agents: pair, architect: 'lead' },
    async play(project) {
      await project.until('ann is idle', idle('ann'));
      project.write('worktrees/ann', { 'stray.txt': '' });
      project.mcc('task', 'add', 'write a poem', '--to', 'ann');
      await project.until('t1 is held', ({ tasks }) => tasks[0].held);
    },
    next: ['mcc status', 'rm worktrees/ann/stray.txt   # and t1 begins within seconds'],
  },
  crash: {
    what: 'an agent that ends with an error again and again: it is started three times more, and then left',
    team: {
      agents: {
        ...pair,
        sick: { kind: 'command', command: ['sh', '-c', 'echo I feel sick; sleep 1; exit 3'] },
      },
    },
    async play(project) {
      await project.until('it has crashed', ({ agents }) => agents[3].status === 'crashed');
    },
    next: ['mcc why sick', 'mcc log', 'mcc agent start sick'],
  },
};

const idle =
  (...names) =>
  ({ agents }) =>
    names.every((name) => agents.find((agent) => agent.name === name)?.status === 'idle');

/** A project of a scenario, driven as a person would: by mcc and git on the command line. */
class Project {
  constructor({ team }) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'mcc-sandbox-')));
    this.env = {
      ...process.env,
      PATH: `${join(home, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
    };
    for (const name of ['MCC_AGENT', 'MCC_TOKEN', 'MCC_SESSION', 'MCC_ROOT']) delete this.env[name];
    this.git('.', 'init', '--quiet', '-b', 'main');
    this.git('.', 'config', 'user.name', 'Sandbox');
    this.git('.', 'config', 'user.email', 'sandbox@example.org');
    this.write('.', { 'poem.txt': 'roses are red\n', 'agents.yaml': `${JSON.stringify(team, null, 2)}\n` });
    this.git('.', 'add', '--all');
    this.git('.', 'commit', '--quiet', '-m', 'Start');
  }

  run(file, args, cwd) {
    return execFileSync(file, args, { cwd: resolve(this.root, cwd), env: this.env, encoding: 'utf8' });
  }

  git = (cwd, ...args) => this.run('git', args, cwd);
  mcc = (...words) => this.run(process.execPath, [join(home, 'bin/mcc'), ...words], '.');

  write(folder, files) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.root, folder, name), text);
  }

  async until(what, condition) {
    for (const end = Date.now() + 60_000; !condition(JSON.parse(this.mcc('status', '--json'))); ) {
      if (Date.now() > end) throw new Error(`it did not come about that ${what}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  /** A task for each of these agents, on its branch. */
  async start(...names) {
    await this.until('they are idle', idle(...names));
    for (const name of names) this.mcc('task', 'add', `a poem by ${name}`, '--to', name);
    await this.until('they are at work', ({ tasks }) => tasks.every(({ status }) => status === 'working'));
  }

  /** Commits as the agent would, submits it, and approves it. */
  async approve(task, agent, files) {
    const worktree = join('worktrees', agent);
    this.write(worktree, files);
    this.git(worktree, 'add', '--all');
    this.git(worktree, 'commit', '--quiet', '-m', 'Work');
    this.mcc('task', 'submit', task);
    this.mcc('approve', task);
  }

  remove() {
    try {
      if (readdirSync(this.root).includes('.mcc')) this.mcc('down', '--force');
    } finally {
      rmSync(this.root, { recursive: true, force: true });
    }
  }
}

function list(to) {
  to.write('npm run sandbox <scenario>\n\n');
  for (const [name, { what }] of Object.entries(scenarios)) to.write(`  ${name.padEnd(10)}${what}\n`);
}

const [name, ...rest] = process.argv.slice(2);
const scenario = Object.hasOwn(scenarios, name ?? '') ? scenarios[name] : undefined;
if (!scenario) {
  list(name === undefined ? process.stdout : process.stderr);
  process.exit(name === undefined ? 0 : 2);
}
const project = new Project(scenario);
try {
  console.log(`${name}: ${scenario.what}\nin ${project.root}, one moment …`);
  project.mcc('up', '--headless');
  await scenario.play(project);
  console.log(`\nTry:\n${[...scenario.next, 'mcc up'].map((line) => `  ${line}\n`).join('')}`);
  // Words after the scenario are run there instead of a shell: npm run sandbox gate -- mcc status
  const [file = process.env.SHELL ?? '/bin/sh', ...args] = rest;
  if (rest.length === 0)
    console.log('This is a shell in that project; when you leave it, all of it is removed.\n');
  const { status, error } = spawnSync(file, args, { cwd: project.root, env: project.env, stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
} finally {
  project.remove();
}
