import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { start } from './background.ts';
import { connectTo } from './connection.ts';
import { run as down } from './down.ts';
import { layoutProblems, preflight, stopAtProblems } from './preflight.ts';
import { misuse, Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

/**
 * `mcc up --demo`: the whole job on a throwaway repository, by a scripted team that needs no login and no network. The
 * repository goes when its screen is left; with --headless it stays, and so does its supervisor.
 */
export async function runDemo(call: Call): Promise<number> {
  const root = await makeRepository(call.shell);
  // Whatever is said of the project around this call is not meant.
  const { MCC_ROOT: _root, MCC_TOKEN: _token, MCC_AGENT: _agent, ...env } = call.shell.env;
  const shell: Shell = { ...call.shell, cwd: root, env };
  const headless = call.options.headless === true;
  let served = false;
  const forget = onSignals(() => end(call, shell, root));
  try {
    const { team, problems, layouts } = await preflight(shell);
    stopAtProblems([
      ...problems,
      ...(typeof call.options.layout === 'string' ? layoutProblems(call.options.layout, layouts) : []),
    ]);
    const { pid } = await start(root, shell);
    served = headless;
    await ask(root, shell);
    if (!headless) {
      // What the screen says at the end, that the agents go on, is not so of a play.
      const quiet = { ...call, shell: { ...shell, err: () => {} } };
      if (call.options.plain === true) {
        const { openPlain } = await import('./plain.ts');
        forget();
        return await openPlain(quiet, root);
      }
      const { openScreen } = await import('./screen.ts');
      forget(); // the screen hears signals itself, and returns
      return await openScreen(quiet, root, team, layouts);
    }
    shell.out(
      call.json
        ? `${JSON.stringify({ root, pid }, null, 2)}\n`
        : `the demo runs in ${root}, pid ${pid}\nend it with: cd ${root} && mcc down\n`,
    );
    return exits.ok;
  } finally {
    forget();
    if (!served) await end(call, shell, root);
  }
}

/** A signal ends the play first, and then this process as it would have. Returns how to take that back. */
function onSignals(finish: () => Promise<void>): () => void {
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;
  const offs = signals.map((signal) => {
    const handler = () => void finish().finally(() => process.kill(process.pid, signal));
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of offs) off();
  };
}

/** A repository with the demo's project in it and its team, filled in for this machine. */
async function makeRepository({ home, env }: Shell): Promise<string> {
  const demo = join(home, 'examples', 'demo-team');
  const root = await realpath(await mkdtemp(join(env.TMPDIR || tmpdir(), 'mcc-demo-')));
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
  return root;
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
  await down({ ...call, shell: { ...shell, out: () => {} }, options: { force: true }, json: false });
  await rm(root, { recursive: true, force: true });
  call.shell.err('the demo is over: its team was stopped, and its repository removed\n');
}
