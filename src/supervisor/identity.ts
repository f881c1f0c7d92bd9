import type { Actor } from '../core/event.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { isRunning, type State } from '../core/state.ts';
import { ancestry, environHas, lookUp, sessionOf } from '../io/process.ts';
import { gateMark, setupMark, setupMarkOf } from './marks.ts';
import type { Tokens } from './tokens.ts';

/**
 * Who is asking. A token names an agent. Without one the caller is the person, unless its process hangs on a session:
 * an agent that drops its token, or takes another's, is refused, not promoted. Under one user id this stops mistakes, not malice
 * (docs/architecture.md, "What one user id can guarantee").
 */
export function identify(
  state: State,
  tokens: Tokens,
  caller: { pid: number; token?: string | undefined },
  root: string,
): Actor | Refusal {
  const { pid, token } = caller;
  const actor = token === undefined ? 'person' : tokens.actor(token);
  if (actor === undefined)
    return refuse('this token belongs to no running session', 'leave the session and start it again');
  if (actor === 'person' && isForeignCode(state, root, pid))
    return refuse(
      'this call comes from a gate or a set-up command: these run the code of agents',
      'call mcc yourself',
    );
  return heldTo(sessionAround(state, pid), actor);
}

/** Who is asking by the socket of an isolated agent, which nobody else is shown: that agent, or nobody. */
export function identifyInside(
  agent: string,
  tokens: Tokens,
  { token }: { token?: string | undefined },
): Actor | Refusal {
  return heldTo(agent, (token === undefined ? undefined : tokens.actor(token)) ?? 'person');
}

/** Whoever comes from a session is its agent, with its token; anybody else is refused. */
function heldTo(owner: string | undefined, actor: Actor): Actor | Refusal {
  if (owner === undefined || actor === `agent:${owner}`) return actor;
  const instead =
    actor === 'person' ? 'without its token' : `with the token of ${actor.slice('agent:'.length)}`;
  return refuse(
    `this call comes from the session of ${owner}, but ${instead}`,
    'call mcc with the environment of your session',
  );
}

/**
 * What the log says beside `person` of a caller that hangs on nothing: no terminal, no token, and a parent that has ended. Such a
 * one may have left a session with an empty environment, which one user id cannot tell from the person's own script.
 */
export function markOf({ pid, token }: { pid: number; token?: string | undefined }): string {
  const found = token === undefined ? lookUp(pid) : undefined;
  return found && found.ppid === 1 && !found.terminal ? ` (detached process ${pid})` : '';
}

/** True for what a gate or a set-up command of this project has started. */
function isForeignCode({ agents }: State, root: string, pid: number): boolean {
  const marks = Object.values(agents)
    .filter(({ settings }) => settings !== undefined)
    .map(({ name }) => [setupMark, setupMarkOf(root, name)] as const);
  return ancestry(pid).some((one) =>
    [[gateMark, root] as const, ...marks].some(([name, value]) => environHas(one, name, value)),
  );
}

/** The agent whose session a process belongs to: by ancestry, by terminal session, or by the mark in its environment. */
function sessionAround(state: State, pid: number): string | undefined {
  const above = new Set(ancestry(pid));
  const terminal = sessionOf(pid);
  for (const agent of Object.values(state.agents)) {
    const { session } = agent;
    if (!session) continue;
    const inside = isRunning(agent) && (above.has(session.pid) || terminal === session.pid);
    if (inside || [...above].some((one) => environHas(one, 'MCC_SESSION', session.id))) return agent.name;
  }
  return undefined;
}
