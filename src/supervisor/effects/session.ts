import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kind, kinds, type Launch } from '../../agents/index.ts';
import type { Agent } from '../../core/state.ts';
import { startTime } from '../../io/process.ts';
import type { Size } from '../../term/screen.ts';
import { watchActivity } from '../activity.ts';
import { reported, watchSessionFile, watchStartFile } from '../evidence.ts';
import { readHook } from '../hook.ts';
import { inTurn } from '../in-turn.ts';
import type { Project } from '../project.ts';
import { Terminal } from '../terminal.ts';
import { findTranscript } from '../transcript.ts';
import { watchWorktree } from '../worktree-watch.ts';
import { programPath, temporaryFolder, writeFiles, writeWrapper } from './launch-files.ts';
import { endLeftovers, sessionEnded } from './session-end.ts';
import { makeWorktree } from './worktree.ts';

/** The size of a terminal that nobody has looked at yet. */
export const firstSize: Size = { cols: 100, rows: 30 };

/** Starts the session of an agent, with its conversation where it has one. */
export async function startSession(project: Project, name: string): Promise<void> {
  const { supervisor, team } = project;
  const kind = kinds[team.agents[name]?.kind ?? 'command'];
  const before = supervisor.state.agents[name];
  if (!before?.worktree) return;
  await endLeftovers(project, before);
  // A folder that somebody removed is made anew, on its branch.
  if (!existsSync(before.worktree.path)) await makeWorktree(project, name);
  const resume = await conversationOf(project, kind, before);
  // From here to the fact that it runs nothing may come in between: neither the end of mcc nor a hook of the session.
  const agent = supervisor.state.agents[name];
  if (supervisor.draining || !agent?.wanted) return;
  const session = { id: randomUUID(), conversation: resume ?? randomUUID(), resume: resume !== undefined };
  // In the order in which they came, one after the other: the last word on the status must be the last one said.
  const inOrder = inTurn();
  const hear = (body: unknown) => inOrder(() => readHook(project, name, session.id, body));
  const launch = launchOf(project, kind, agent, { ...session, hookUrl: project.hooks.open(name, hear) });
  writeFiles(launch);
  const size = project.sizes.get(name) ?? firstSize;
  const pty = project.host.spawn({
    file: programPath(launch),
    args: launch.args,
    cwd: agent.worktree?.path ?? project.root,
    env: launch.env,
    size,
  });
  const start = startTime(pty.pid) ?? 'gone';
  const terminal = new Terminal(name, session.id, kind, pty, size, team.scrollback);
  const stops: (() => void)[] = [];
  pty.onExit(({ code, signal }) => {
    for (const stop of stops) stop();
    void sessionEnded(project, terminal, { pid: pty.pid, start }, { code, signal });
  });
  supervisor.terminals.get(name)?.dispose();
  supervisor.terminals.set(name, terminal);
  const { id, conversation } = session;
  supervisor.turn(
    [
      {
        type: 'session.started',
        agent: name,
        session: id,
        conversation,
        pid: pty.pid,
        start,
        resumed: session.resume,
      },
    ],
    'mcc',
    `session ${name}`,
  );
  stops.push(...watch(project, terminal, hear));
}

/** The conversation to go on with: the last one, if it can be; a run that took no turn leaves none, and starts anew. */
async function conversationOf(
  { paths }: Project,
  kind: Kind,
  { name, session }: Agent,
): Promise<string | undefined> {
  if (!session) return undefined;
  const transcript = findTranscript(paths.session(name), session.conversation);
  if (!transcript) return undefined;
  const text = kind.isResumable ? await readFile(transcript, 'utf8').catch(() => '') : '';
  return !kind.isResumable || kind.isResumable(text) ? session.conversation : undefined;
}

function launchOf(
  project: Project,
  kind: Kind,
  agent: Agent,
  run: { id: string; conversation: string; resume: boolean; hookUrl: string },
): Launch {
  const { team, paths } = project;
  const { id, conversation, resume, hookUrl } = run;
  const { name, worktree } = agent;
  const spec = team.agents[name];
  if (!spec || !worktree) throw new Error(`${name} is not in agents.yaml`);
  const folder = paths.session(name);
  const bin = join(folder, 'bin');
  writeWrapper(project, bin);
  return kind.launch({
    agent: name,
    spec,
    team,
    session: id,
    conversation,
    resume,
    worktree: worktree.path,
    root: project.root,
    folder,
    config: join(folder, 'config'),
    hookUrl,
    bin,
    tmp: temporaryFolder(project, name),
    token: project.tokens.make(name),
    environment: project.environment,
    isRoot: process.getuid?.() === 0,
  });
}

/** Everything that is watched while a session runs; returns how to stop. */
function watch(
  project: Project,
  terminal: Terminal,
  hear: (body: unknown) => Promise<object>,
): (() => void)[] {
  const { supervisor, note } = project;
  const { agent: name, id, kind } = terminal;
  const folder = project.paths.session(name);
  const config = join(folder, 'config');
  const startWatch = watchStartFile(folder, (body) => {
    hear(body).catch((error: unknown) =>
      note('warn', 'a hook failed', { agent: name, error: String(error) }),
    );
  });
  const fileWatch = watchSessionFile(kind, config, terminal.pty.pid, (file) => {
    const now = supervisor.state.agents[name];
    if (now?.session?.id === id)
      supervisor.turn(reported(now, 'session file', file.status, file.reason), 'mcc', 'session file');
  });
  return [
    fileWatch,
    startWatch,
    watchWorktree(project, terminal),
    watchActivity(project, terminal),
    terminal.screen.onParsed(() => supervisor.stirred(name)),
  ];
}
