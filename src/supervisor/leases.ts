import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Lease, State } from '../core/state.ts';
import { leaseEnvironment, worktreeSettings } from '../core/worktree-settings.ts';
import { isPortFree, portsFrom } from '../io/ports.ts';
import type { Project } from './project.ts';

/** Who holds the lease of the merge queue's own worktree; no agent can be called so. */
export const gatesHolder = 'merge gates';

/** The environment that is a worktree's own: its unique name and its ports. @param agent undefined for that of gates */
export function leasedEnvironment(project: Project, agent?: string): Record<string, string> {
  const holder = agent ?? gatesHolder;
  const lease = project.supervisor.state.leases[holder];
  return leaseEnvironment(
    worktreeSettings(project.team, agent),
    lease ?? { name: leaseName(project.root, holder), ports: [] },
  );
}

/**
 * Sees to it that a worktree has as many ports as agents.yaml says. Those that it has it keeps, over restarts too; others
 * are free at this moment and held by no other worktree of the project.
 * @throws Error when so many are not free
 */
export async function leasePorts(project: Project, agent?: string): Promise<void> {
  const { supervisor, root } = project;
  const holder = agent ?? gatesHolder;
  const count = worktreeSettings(project.team, agent).ports.length;
  const held = supervisor.state.leases[holder]?.ports ?? [];
  if (held.length >= count) return;
  const name = leaseName(root, holder);
  const found: number[] = [];
  for (const port of portsFrom(numberOf(root))) {
    if (held.length + found.length === count) break;
    const isTaken = () => takenPorts(supervisor.state).has(port);
    // Asked again after the wait: another worktree may have got it meanwhile.
    if (!isTaken() && (await isPortFree(port)) && !isTaken()) found.push(port);
  }
  if (held.length + found.length < count) throw new Error(`no ${count} TCP ports are free for ${holder}`);
  const taken = takenPorts(supervisor.state);
  if (found.some((port) => taken.has(port))) return leasePorts(project, agent);
  supervisor.turn([{ type: 'ports.leased', holder, name, ports: [...held, ...found] }], 'mcc', 'ports');
}

const takenPorts = (state: State): Set<number> =>
  new Set(Object.values(state.leases).flatMap(({ ports }: Lease) => ports));

/** Unique on this machine; lower-case letters, digits and `_`, at most 63, as databases and containers take it. */
export function leaseName(root: string, holder: string): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  const words = `${plain(basename(root))}_${plain(holder)}`.replace(/^[_0-9]+/, '').slice(0, 54);
  return `${words}_${digest(root).slice(0, 8)}`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const numberOf = (text: string): number => Number.parseInt(digest(text).slice(0, 8), 16);
