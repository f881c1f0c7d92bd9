import { mkdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Report as HookReport, Kind, SessionFile } from '../agents/index.ts';
import type { Fact } from '../core/event.ts';
import type { Agent } from '../core/state.ts';

/** Facts that a hook's report brings: a changed status, a new conversation. */
export function factsOfHook(agent: Agent, report: HookReport): Fact[] {
  const facts: Fact[] = [];
  const renewed =
    agent.session && agent.session.conversation !== report.conversation && report.event !== 'SessionEnd';
  if (renewed) facts.push({ type: 'session.renewed', agent: agent.name, conversation: report.conversation });
  if (report.status)
    facts.push(...reported(agent, 'hook', report.status, report.needs ? report.reason : undefined));
  return facts;
}

/** The fact of a report, unless the same source said the same before. */
export function reported(
  agent: Agent,
  source: string,
  status: HookReport['status'],
  reason?: string,
): Fact[] {
  const before = agent.reports[source];
  if (!status || (before?.status === status && before.reason === reason)) return [];
  return [
    {
      type: 'agent.reported',
      agent: agent.name,
      source,
      status,
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}

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
