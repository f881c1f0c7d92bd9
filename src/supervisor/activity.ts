import { readFileSync } from 'node:fs';
import type { Status } from '../core/event.ts';
import { firstChild } from '../io/process.ts';
import { reported } from './evidence.ts';
import type { Project } from './project.ts';
import type { Terminal } from './terminal.ts';

/** How soon after output a shell is looked at, and how long a program must be silent to count as quiet, in ms. */
const lookMs = 150;
const quietMs = 2_000;

/**
 * The evidence there is of a program that reports nothing by itself: for a shell, whether something runs in its
 * foreground; for any other, whether it writes. It weighs less than what a program says of itself. Returns how to stop.
 */
export function watchActivity(project: Project, terminal: Terminal): () => void {
  const { name } = terminal.kind;
  if (name === 'claude') return () => {};
  const tell = (status: Status, reason?: string): void => {
    const agent = project.supervisor.state.agents[terminal.agent];
    if (agent?.session?.id !== terminal.id) return;
    const source = name === 'shell' ? 'foreground' : 'output';
    const facts = reported(agent, source, { status, ...(reason !== undefined && { reason }) });
    if (facts.length > 0) project.supervisor.turn(facts, 'mcc', 'activity');
  };
  const look = (): void => {
    timer = undefined;
    if (name === 'shell') tell(hasForeground(shellOf(terminal)) ? 'working' : 'idle');
    else tell('idle', 'it writes nothing');
  };
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    if (name === 'shell') {
      // Not later for more output: what writes without a pause works too.
      timer ??= setTimeout(look, lookMs);
      return;
    }
    tell('working');
    clearTimeout(timer);
    timer = setTimeout(look, quietMs);
  };
  const stop = terminal.screen.onParsed(soon);
  soon();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** The shell itself: in a sandbox the first process is bwrap, and the second its own init. */
const shellOf = ({ pty, isolated }: Terminal): number =>
  isolated ? (firstChild(firstChild(pty.pid)) ?? pty.pid) : pty.pid;

/** True when another process group than the shell's has its terminal: proc_pid_stat(5), fields 5 (pgrp) and 8 (tpgid). */
function hasForeground(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return pgrp !== tpgid;
  } catch {
    return false;
  }
}
