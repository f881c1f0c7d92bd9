import { type Reading, readScreen } from '../agents/index.ts';
import type { Fact } from '../core/event.ts';
import type { Agent } from '../core/state.ts';
import { reported } from './evidence.ts';
import type { Project } from './project.ts';
import type { Terminal } from './terminal.ts';

/** How soon after something was drawn the screen is read, in ms: many pieces of one picture are one look. */
const lookMs = 60;
/** So long must it say the same before it is told: half-drawn pictures, and what flickers by, are nothing. In ms. */
const settledMs = 140;

/**
 * Tells what the rules of its kind read on an agent's screen and in its title, and its progress sequences (OSC 9;4). A
 * change is told after `lookMs` and `settledMs`, 0.2 s. Returns how to stop.
 */
export function watchScreen(project: Project, terminal: Terminal): () => void {
  const { screenRules: rules = [] } = terminal.kind;
  const { screen } = terminal;
  let works = false;
  let timer: NodeJS.Timeout | undefined;
  let pending = '';
  const look = (): void => {
    timer = undefined;
    const agent = project.supervisor.state.agents[terminal.agent];
    if (agent?.session?.id !== terminal.id) return;
    // As far as it is parsed: to parse a flood for this would stop everything else for milliseconds.
    const picture = { rows: rules.length > 0 ? screen.text() : [], title: screen.title };
    const version = terminal.version;
    const ruled = isRuled(terminal);
    if (ruled) timer = setTimeout(look, ruled);
    const telling = (reading: Reading | null) =>
      adds(agent, reading) && !(ruled && reading?.needs === 'permission') ? reading : null;
    const facts = [
      ...said(agent, 'screen', telling(readScreen(rules, 'screen', picture, version))),
      ...said(agent, 'title', telling(readScreen(rules, 'title', picture, version))),
      ...said(agent, 'progress', telling(works ? { rule: 'progress', status: 'working' } : null)),
    ];
    const now = JSON.stringify(facts);
    if (facts.length === 0) pending = '';
    else if (now === pending) {
      pending = '';
      project.supervisor.turn(facts, 'mcc', 'screen');
    } else {
      pending = now;
      clearTimeout(timer);
      timer = setTimeout(look, settledMs);
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(look, lookMs);
  };
  const stops = [
    screen.onParsed(soon),
    screen.onTitle(soon),
    screen.onProgress(({ state }) => {
      works = state === 'normal' || state === 'busy';
      soon();
    }),
  ];
  soon();
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

/** For how many ms a permission that the CLI shows is still taken for the one that a rule has just answered; 0 for none. */
export const isRuled = ({ ruledUntil }: Terminal): number => Math.max(0, ruledUntil - Date.now());

/**
 * Whether a reading adds anything: where a program keeps a state file, that tells sooner and better whether it works, and
 * each change of its screen would only be one more event; a dialog of which it may know nothing always counts.
 */
const adds = ({ reports }: Agent, reading: Reading | null): boolean =>
  reading?.status === 'needs-you' || !reports['session file'];

/** The fact of a reading where it is another than before; that nothing is read any more is one too. */
function said(agent: Agent, source: string, reading: Reading | null): Fact[] {
  if (!reading) return agent.reports[source] ? reported(agent, source, { status: 'unknown' }) : [];
  return reported(agent, source, reading);
}

/** What the rules read on an agent's screen at this moment, for `why`. */
export function readNow({ kind, screen, version }: Terminal): string[] {
  const reading = readScreen(
    kind.screenRules ?? [],
    'screen',
    { rows: screen.text(), title: screen.title },
    version,
  );
  const said = reading
    ? `${reading.status}${reading.reason ? `, ${reading.reason}` : ''}`
    : 'nothing it knows';
  return kind.screenRules
    ? [`on it         ${said}${reading ? `  (by the rule "${reading.rule}")` : ''}`]
    : [];
}
