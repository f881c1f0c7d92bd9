import { findAgent } from '../commands/find.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { type Agent, entry, type State } from '../core/state.ts';
import { agentsOf } from '../tui/ui.ts';
import type { FrameListener, WireClient } from '../wire/client.ts';
import { connectTo, notRunning } from './connection.ts';
import type { Shell } from './shell.ts';

/** The pane of an agent, asked for from a shell. */
export interface Pane {
  readonly wire: WireClient;
  readonly agent: Agent;
  readonly state: State;
  /**
   * Hears of its terminal, at whatever size that has: a snapshot first, then all it writes, until the wire is closed.
   * False when it has none: the agent did not run since the supervisor started.
   */
  watch(take: FrameListener): Promise<boolean>;
}

/** The agent that a person means: by name, or by the number that its pane has on the screen. */
export function agentIn(state: State, pane: string): Agent | Refusal {
  const number = /^\d+$/.test(pane) ? agentsOf(state)[Number(pane) - 1] : undefined;
  return entry(state.agents, pane) ?? findAgent(state, number ?? pane);
}

/**
 * Finds the pane of an agent; refused to agents, whose terminals are the person's.
 * @throws Stop when no supervisor runs; what `connectTo` throws
 */
export async function openPane(root: string, shell: Shell, name: string): Promise<Pane | Refusal> {
  const wire = await connectTo(root, shell);
  if (!wire) throw notRunning(root, shell);
  const refused = async (refusal: Refusal) => {
    await wire.close();
    return refusal;
  };
  if (wire.welcome.actor !== 'person')
    return refused(refuse('terminals are for the person alone', 'mcc send person "…"'));
  const state = await stateOf(wire);
  const agent = agentIn(state, name);
  if (isRefusal(agent)) return refused(agent);
  return { wire, agent, state, watch: (take) => watch(wire, agent.name, take) };
}

/** The state of the team; events follow. */
export function stateOf(wire: WireClient): Promise<State> {
  return new Promise((resolve, reject) => {
    wire.onClose((reason) => reject(new Error(`the supervisor ended the connection: ${reason}`)));
    const off = wire.on((frame) => {
      if (frame.type !== 'state') return;
      off();
      resolve(frame.state as State);
    });
    wire.send({ type: 'follow' });
  });
}

async function watch(wire: WireClient, agent: string, take: FrameListener): Promise<boolean> {
  let seen = false;
  wire.on((frame, body) => {
    if (frame.type === 'snapshot') seen = true;
    take(frame, body);
  });
  wire.send({ type: 'watch', agent });
  // Frames are taken in order: once this is answered, the snapshot is here, or there is none.
  await wire.command(['status', '--agents']);
  return seen;
}

/** The refusal for an agent that has no terminal. */
export const noScreen = ({ name }: Agent): Refusal =>
  refuse(`${name} has no session, so there is no screen of it`, `mcc agent start ${name}`);
