import { mkdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Report as HookReport, Kind, SessionFile } from '../agents/index.ts';
import type { Fact, FactOf } from '../core/event.ts';
import type { Agent } from '../core/state.ts';

/** What a source says of an agent: its status, and what it knows of why. */
export type Said = Omit<FactOf<'agent.reported'>, 'type' | 'agent' | 'source'>;

/** Facts that a hook's report brings: a changed status, a new conversation. */
export function factsOfHook(agent: Agent, report: HookReport): Fact[] {
  const facts: Fact[] = [];
  const renewed =
    agent.session && agent.session.conversation !== report.conversation && report.event !== 'SessionEnd';
  if (renewed) facts.push({ type: 'session.renewed', agent: agent.name, conversation: report.conversation });
  const { status, needs, reason, tool, argument, options, until } = report;
  if (!status || isAside(agent, report)) return facts;
  const asked = needs === 'permission' || needs === 'question' || needs === 'plan';
  facts.push(
    ...reported(agent, 'hook', {
      status,
      // What it works at changes all the time, and each change would be an event.
      ...(status !== 'working' && reason !== undefined && { reason }),
      ...(needs && { needs }),
      ...((asked || status === 'background') && { ...(tool && { tool }), ...(argument && { argument }) }),
      ...(options && { options }),
      ...(until && { until }),
    }),
  );
  return facts;
}

/**
 * True for a tool that says nothing of the agent as a whole: one of a subagent, of which the agent tells by itself, or one that
 * ran beside another that waits for an answer.
 */
function isAside({ reports: { hook } }: Agent, report: HookReport): boolean {
  if (report.status !== 'working' || report.tool === undefined) return false;
  const asked = hook?.status === 'needs-you' && hook.tool !== undefined;
  if (asked) return hook.tool !== report.tool || hook.argument !== report.argument;
  return report.subagent === true;
}

/** The fact of a report, unless the same source said the same before. */
export function reported(agent: Agent, source: string, said: Said): Fact[] {
  const { rule: _, ...now } = said;
  const before = agent.reports[source];
  if (before && sameWords(before, now)) return [];
  return [{ type: 'agent.reported', agent: agent.name, source, ...said }];
}

const wordsOf = ['status', 'reason', 'needs', 'tool', 'argument', 'until'] as const;

const sameWords = (a: Partial<Said>, b: Partial<Said>): boolean =>
  wordsOf.every((word) => a[word] === b[word]) && a.options?.join('\n') === b.options?.join('\n');

/** What a program's own state file says. */
export const saidBy = ({ status, reason, needs, tool }: SessionFile): Said => ({
  status,
  ...(reason !== undefined && { reason }),
  ...(needs && { needs }),
  ...(tool && { tool }),
});

/** Watches the status file that a CLI keeps of itself, `<config>/sessions/<pid>.json`; returns how to stop. */
export function watchSessionFile(
  kind: Kind,
  config: string,
  pid: number,
  changed: (file: SessionFile) => void,
): () => void {
  const { sessionFile } = kind;
  if (!sessionFile) return () => {};
  const folder = join(config, 'sessions');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = `${pid}.json`;
  const read = () => {
    const report = sessionFile(jsonIn(join(folder, file)));
    if (report && report.pid === pid) changed(report);
  };
  const stop = watchFolder(folder, (name) => {
    if (name === null || name === file || name.startsWith(`${file}.`)) read();
  });
  read();
  return stop;
}

/** Watches the body of the SessionStart hook, which the hook writes down because it does not go by http; returns how to stop. */
export function watchStartFile(folder: string, read: (body: unknown) => void): () => void {
  const name = 'session-start.json';
  return watchFolder(folder, (changed) => {
    if (changed !== name) return;
    const body = jsonIn(join(folder, name));
    if (body !== undefined) read(body);
  });
}

/** Watches the files of a folder. Where the system has no watch left, hooks still tell what the file would. */
function watchFolder(folder: string, changed: (name: string | null) => void): () => void {
  try {
    const watcher = watch(folder, (_, name) => changed(name));
    watcher.on('error', () => {});
    return () => watcher.close();
  } catch {
    return () => {};
  }
}

/** The content of a JSON file; undefined when it is not there yet, gone, or being written: the next change is read. */
function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
