import type { Status } from '../../core/event.ts';
import { weigh } from '../../core/evidence.ts';
import type { Project } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { eraseDraft } from '../typing.ts';

/** How long a turn may take to end after its key, in ms; measured on Claude Code: 0.1 s, with a tool to end 0.5 s. */
const endedMs = 5_000;
/** Pause before the key is pressed again, where a kind wants that, in ms. */
const againMs = 1_000;
/** How often its status is looked at meanwhile, in ms. */
const lookMs = 50;

/**
 * Ends the turn of an agent by the key that its kind has for that, and tells what came of it. The key is pressed only
 * while the agent is at work: into a dialog it would be an answer.
 */
export async function interruptTurn(project: Project, name: string): Promise<void> {
  const { supervisor } = project;
  const terminal = supervisor.terminals.get(name);
  const session = supervisor.state.agents[name]?.session;
  if (!session) return;
  const outcome = terminal?.id === session.id ? await press(project, terminal) : 'it does not run';
  supervisor.turn(
    [{ type: 'agent.interrupted', agent: name, session: session.id, outcome }],
    'mcc',
    'interrupt',
  );
}

async function press(project: Project, terminal: Terminal): Promise<string> {
  const before = statusOf(project, terminal);
  if (before !== 'working' && before !== 'stalled')
    return before === 'needs-you'
      ? 'a dialog is open, which the key would answer: nothing was pressed'
      : `it is ${before}: nothing was pressed`;
  return terminal.alone(async () => {
    const { interrupt, interruptPresses = 1 } = terminal.kind;
    for (let press = 0; press < interruptPresses && statusOf(project, terminal) === before; press += 1) {
      if (press > 0) await new Promise((done) => setTimeout(done, againMs));
      terminal.pty.write(Buffer.from(interrupt));
    }
    const outcome = await ended(project, terminal, before);
    const { sent } = terminal;
    if (outcome !== over || !sent || !(await eraseDraft(terminal, sent.writes))) return outcome;
    // It was stopped before it had begun, and put what it was sent back into its composer.
    return `${over}, before it had begun: ${sent.ids.join(', ')} is not in its conversation, send it again if it counts`;
  });
}

const over = 'its turn has ended';

async function ended(project: Project, terminal: Terminal, before: Status): Promise<string> {
  for (let looks = endedMs / lookMs; looks > 0; looks -= 1) {
    await new Promise((done) => setTimeout(done, lookMs));
    const now = statusOf(project, terminal);
    if (now === 'idle') return over;
    if (now !== before) return `it is ${now}`;
  }
  return 'the key was pressed, and it works on: look at its pane';
}

function statusOf({ supervisor }: Project, { agent: name, id, over }: Terminal): Status {
  const agent = supervisor.state.agents[name];
  return !agent || over || agent.session?.id !== id ? 'exited' : weigh(agent, Date.now()).status;
}
