import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { start } from './background.ts';
import { connectTo, notRunning } from './connection.ts';
import { run as down } from './down.ts';
import { layoutProblems, preflight, stopAtProblems } from './preflight.ts';
import { misuse, Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';
import { demoPrefix, endsWithMe } from './starter.ts';
import type { Call } from './verbs.ts';

/**
 * `mcc up --demo`: the whole job on a throwaway repository, by a scripted team that needs no login and no network. The
 * repository goes when its screen is left; with --headless it stays, and so does its supervisor.
 */
export async function runDemo(call: Call): Promise<number> {
  const root = await realpath(await mkdtemp(join(call.shell.env.TMPDIR || tmpdir(), demoPrefix)));
  const headless = call.options.headless === true;
  // Whatever is said of the project around this call is not meant.
  const { MCC_ROOT: _r, MCC_TOKEN: _t, MCC_AGENT: _a, MCC_SESSION: _s, ...around } = call.shell.env;
  const env = headless ? around : { ...around, ...endsWithMe() };
  const shell: Shell = { ...call.shell, cwd: root, env };
  let ending: Promise<void> | undefined;
  const finish = () => {
    ending ??= end(call, shell, root);
    return ending;
  };
  let open = false;
  const release = onSignals(finish, () => open);
  let goesOn = false;
  const layout = typeof call.options.layout === 'string' ? call.options.layout : undefined;
  try {
    await makeRepository(root, call.shell);
    const { repository, problems, layouts } = await preflight(shell);
    stopAtProblems([...problems, ...(layout === undefined ? [] : layoutProblems(layout, layouts))]);
    const { pid } = await start(root, shell, repository);
    goesOn = headless;
    await ask(root, shell);
    if (!headless) {
      // What the screen says at the end, that the agents go on, is not so of a play.
      const quiet = { ...call, shell: { ...shell, err: () => {} } };
      if (call.options.plain === true) {
        const { openPlain } = await import('./plain.ts');
        open = true;
        return await openPlain(quiet, root);
      }
      const wire = await connectTo(root, shell, 'tui');
      if (!wire) throw notRunning(root, shell);
      const { openScreen } = await import('./screen.ts');
      open = true;
      return await openScreen(wire, quiet.shell, layout);
    }
    shell.out(
      call.json
        ? `${JSON.stringify({ root, pid }, null, 2)}\n`
        : `the demo runs in ${root}, pid ${pid}\nend it with: cd ${root} && mcc down\n`,
    );
    return exits.ok;
  } finally {
    if (!goesOn) await finish();
    release();
  }
}

/** How long a screen may take to hear a signal and close, in ms. */
const closing = 3000;

/**
 * A signal ends the play first, and then this process as it would have; a second one changes nothing of that. A screen
 * that is open hears it itself and returns. Returns how to take that back.
 */
function onSignals(finish: () => Promise<void>, isOpen: () => boolean): () => void {
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;
  const offs: (() => void)[] = [];
  const release = () => {
    for (const off of offs.splice(0)) off();
  };
  for (const signal of signals) {
    const die = () =>
      void finish().finally(() => {
        release();
        process.kill(process.pid, signal);
      });
    const handler = () => {
      if (!isOpen()) return die();
      const late = setTimeout(die, closing);
      late.unref();
      offs.push(() => clearTimeout(late));
    };
    process.on(signal, handler);
    offs.push(() => process.off(signal, handler));
  }
  return release;
}

/** Makes an empty folder a repository with the demo's project and its team, filled in for this machine. */
async function makeRepository(root: string, { home }: Shell): Promise<void> {
  const demo = join(home, 'examples', 'demo-team');
  await cp(join(demo, 'project'), root, { recursive: true });
  const text = await readFile(join(demo, 'agents.yaml'), 'utf8');
  const quoted = (path: string) => JSON.stringify(path).slice(1, -1);
  await writeFile(
    join(root, 'agents.yaml'),
    text.replaceAll('{node}', quoted(process.execPath)).replaceAll('{demo}', quoted(demo)),
  );
  const git = async (...args: string[]) => {
    const { exitCode, stderr } = await execa('git', args, {
      cwd: root,
      reject: false,
      stdin: 'ignore',
      env: { GIT_CONFIG_GLOBAL: '/dev/null' },
    });
    if (exitCode !== 0)
      throw new Stop(
        `git ${args[0]} failed in ${root}: ${stderr.trim()}`,
        'mcc needs git 2.38 or newer',
        exits.config,
      );
  };
  await git('init', '--quiet', '--initial-branch=main');
  // The person's own identity and signing key are theirs: the commits of a play get others.
  for (const [key = '', value = ''] of [
    ['user.name', 'mcc demo'],
    ['user.email', 'demo@mcc.invalid'],
    ['commit.gpgsign', 'false'],
    ['core.hooksPath', '/dev/null'],
  ])
    await git('config', key, value);
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'Start');
}

/** Gives the architect the request that the script knows. */
async function ask(root: string, shell: Shell): Promise<void> {
  const request = (await readFile(join(shell.home, 'examples', 'demo-team', 'request.txt'), 'utf8')).trim();
  const client = await connectTo(root, shell);
  const result = await client?.command(['ask', '--', request]);
  await client?.close();
  if (result && !result.ok) throw misuse(result.refusal, result.hint ?? 'mcc help ask');
}

async function end(call: Call, shell: Shell, root: string): Promise<void> {
  const silent = { ...shell, out: () => {} };
  try {
    // Before that, a signal came while it was made.
    if (existsSync(join(root, '.git')))
      await down({ ...call, shell: silent, options: { force: true }, json: false });
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
  call.shell.err('the demo is over: its team was stopped, and its repository removed\n');
}
