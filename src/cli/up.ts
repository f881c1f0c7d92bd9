import { start } from './background.ts';
import { layoutProblems, preflight, stopAtProblems } from './preflight.ts';
import { misuse, Stop } from './report.ts';
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
  if (!headless && !plain) needScreen(shell);
  if (options.demo === true) {
    const { runDemo } = await import('./demo.ts');
    return runDemo(call);
  }
  const { repository, team, layouts, problems, notes } = await preflight(shell);
  stopAtProblems(problems);
  if (typeof options.layout === 'string') stopAtProblems(layoutProblems(options.layout, layouts));
  const started = await start(repository.root, shell);
  if (headless) {
    const data = { root: repository.root, ...started };
    const text = `the supervisor ${started.fresh ? 'runs' : 'was running already'}, pid ${started.pid}`;
    shell.out(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
    if (!json) for (const note of notes) shell.err(`${styled(shell, 'dim', 'note:')} ${note}\n`);
    return exits.ok;
  }
  if (plain) {
    const { openPlain } = await import('./plain.ts');
    return openPlain(call, repository.root);
  }
  const { openScreen } = await import('./screen.ts');
  return openScreen(call, repository.root, team, layouts);
}

function needScreen({ terminal, env }: Shell): void {
  if (!terminal || env.TERM === 'dumb')
    throw new Stop(
      'mcc up needs a terminal for its screen, and this is none',
      'mcc up --plain, which works in lines; or mcc up --headless',
      exits.config,
    );
  const { columns, rows } = terminal;
  if (columns >= least.columns && rows >= least.rows) return;
  const what = `this terminal has ${columns}×${rows} characters; the screen needs ${least.columns}×${least.rows}`;
  throw new Stop(what, 'make the window larger, or mcc up --plain', exits.config);
}
