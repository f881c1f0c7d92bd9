import type { Layout } from '../core/layout.ts';
import { isRefusal, refuse } from '../core/refusal.ts';
import { type Team, teamSchema } from '../core/team.ts';
import { stayLean } from '../io/heap.ts';
import type { Repository } from '../io/repository.ts';
import { makeKeymap } from '../tui/keymap.ts';
import { runningPid, start } from './background.ts';
import {
  layoutProblems,
  layoutsOf,
  preflight,
  screenPreflight,
  shippedLayouts,
  stopAtProblems,
} from './preflight.ts';
import { misuse, Stop, tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** The least a screen needs (docs/architecture.md, "Screen"). */
const least = { columns: 60, rows: 16 };

/** What a screen is opened with, and what the person should know then. */
type Ready = { team: Team; layouts: Record<string, Layout>; notes: string[]; repository?: Repository };

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
  stayLean();
  const root = await rootOf(shell);
  const pid = await runningPid(root, shell);
  const attaches = pid !== undefined;
  // The screen takes longest to load: meanwhile files are read, or the supervisor starts.
  const loading = () => (headless || plain ? undefined : import('./screen.ts'));
  const early = attaches ? loading() : undefined;
  early?.catch(() => {}); // told below, or not at all when something else is wrong
  const { team, layouts, notes, repository } = attaches ? await asFound(root, shell) : await checked(shell);
  if (typeof options.layout === 'string') stopAtProblems(layoutProblems(options.layout, layouts));
  const starting = attaches ? { pid, fresh: false } : start(root, shell, repository);
  const [started, screen] = await Promise.all([starting, early ?? loading()]);
  if (headless) {
    const data = { root, ...started };
    const text = `the supervisor ${started.fresh ? 'runs' : 'was running already'}, pid ${started.pid}`;
    shell.out(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
  }
  if (!json) for (const note of notes) shell.err(`${styled(shell, 'dim', 'note:')} ${note}\n`);
  if (headless) return exits.ok;
  if (plain) {
    const { openPlain } = await import('./plain.ts');
    return openPlain(call, root);
  }
  const { openScreen } = screen ?? (await import('./screen.ts'));
  return openScreen(call, root, team, layouts, attaches ? notes[0] : undefined);
}

/** What a supervisor is started with; throws Stop or ConfigError at what stands in the way. */
async function checked(shell: Shell): Promise<Ready> {
  const { repository, team, layouts, problems, notes } = await preflight(shell);
  stopAtProblems(problems);
  return { repository, team, layouts, notes };
}

/**
 * What a screen is opened with on a supervisor that serves already: that does not need the team file again, so what is
 * wrong with it by now is only told, and the screen has what is usual in its place.
 */
async function asFound(root: string, shell: Shell): Promise<Ready> {
  const usual = teamSchema.parse({ agents: {} });
  const found = await screenPreflight(root, shell).catch(async (error: unknown) => {
    if (!(error instanceof Error)) throw error;
    const layouts = await layoutsOf(root, shell).catch(() => shippedLayouts(shell));
    const [first = error.message] = error.message.split('\n');
    return { team: usual, layouts, problems: [{ what: first, hint: '' }], notes: [] };
  });
  const { team, layouts, problems, notes } = found;
  return {
    team: {
      ...team,
      keys: isRefusal(makeKeymap(team.keys.leader, team.keys.bind)) ? usual.keys : team.keys,
      layout: Object.hasOwn(layouts, team.layout) ? team.layout : usual.layout,
    },
    layouts,
    notes: [...problems.map(({ what }) => what), ...notes],
  };
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
