import { refuse } from '../core/refusal.ts';
import { connectTo, notRunning } from './connection.ts';
import { misuse, Stop, tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** The least a screen needs (docs/architecture.md, "Screen"). */
const least = { columns: 60, rows: 16 };

/** `mcc up`: everything is checked before anything is started. */
export async function run(call: Call): Promise<number> {
  const { shell, options, json } = call;
  const headless = options.headless === true;
  const plain = options.plain === true;
  if (headless && plain) throw misuse('mcc up: --headless and --plain cannot be had at once', 'mcc help up');
  const demo = options.demo === true;
  if (!headless && !plain) needScreen(shell, demo ? 'mcc up --demo' : 'mcc up');
  if (demo) {
    const { runDemo } = await import('./demo.ts');
    return runDemo(call);
  }
  const { MCC_AGENT, MCC_TOKEN, MCC_SESSION } = shell.env;
  if (MCC_AGENT || MCC_TOKEN || MCC_SESSION) {
    const whose = MCC_AGENT ? `the terminal of ${MCC_AGENT}` : "an agent's terminal";
    const refusal = `\`mcc up\` is for the person, and this is ${whose}`;
    return tellRefusal(shell, refuse(refusal, 'mcc status; or mcc up in a terminal outside of mcc'), json);
  }
  const root = await rootOf(shell);
  const layout = typeof options.layout === 'string' ? options.layout : undefined;
  const running = await connectTo(root, shell, 'tui');
  const { started, notes } = running
    ? {
        started: { pid: running.welcome.pid, fresh: false },
        notes: headless || plain ? await notesOf(root, shell, layout) : [],
      }
    : await startChecked(root, shell, layout);
  if (headless) {
    const data = { root, ...started };
    const text = `the supervisor ${started.fresh ? 'runs' : 'was running already'}, pid ${started.pid}`;
    shell.out(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
  }
  if (!json) for (const note of notes) shell.err(`${styled(shell, 'dim', 'note:')} ${note}\n`);
  if (headless || plain) await running?.close();
  if (headless) return exits.ok;
  if (plain) {
    const { openPlain } = await import('./plain.ts');
    return openPlain(call, root);
  }
  const wire = running ?? (await connectTo(root, shell, 'tui'));
  if (!wire) throw notRunning(root, shell);
  const { openScreen } = await import('./screen.ts');
  return openScreen(wire, shell, layout);
}

/** What is wrong with the team file by now; a screen says so itself. Throws Stop when there is no such layout. */
async function notesOf(root: string, shell: Shell, layout: string | undefined): Promise<string[]> {
  const { asFound } = await import('./as-found.ts');
  const { layoutProblems, stopAtProblems } = await import('./preflight.ts');
  const { layouts, notes } = await asFound(root, shell);
  if (layout !== undefined) stopAtProblems(layoutProblems(layout, layouts));
  return notes;
}

/** Starts a supervisor; throws Stop or ConfigError at what stands in the way of it or of its screen. */
async function startChecked(root: string, shell: Shell, layout: string | undefined) {
  const { launchEarly, start } = await import('./background.ts');
  const early = launchEarly(root, shell);
  try {
    const { layoutProblems, preflight, stopAtProblems } = await import('./preflight.ts');
    const { repository, layouts, problems, notes } = await preflight(shell);
    stopAtProblems([...problems, ...(layout === undefined ? [] : layoutProblems(layout, layouts))]);
    return { started: await start(root, shell, repository, early), notes };
  } catch (error) {
    await early?.end();
    throw error;
  }
}

function needScreen({ terminal, env }: Shell, verb: string): void {
  const instead = `${verb} --plain, which works in lines; or ${verb} --headless`;
  if (!terminal)
    throw new Stop(
      `${verb} needs a terminal for its screen, and standard input or output is none`,
      instead,
      exits.config,
    );
  if (env.TERM === 'dumb')
    throw new Stop(
      `${verb} needs a terminal that can draw a screen, and TERM=dumb says that this one cannot`,
      instead,
      exits.config,
    );
  const { columns, rows } = terminal;
  if (columns >= least.columns && rows >= least.rows) return;
  const what = `this terminal has ${columns}×${rows} characters; the screen needs ${least.columns}×${least.rows}`;
  throw new Stop(what, `make the window larger, or ${verb} --plain`, exits.config);
}
