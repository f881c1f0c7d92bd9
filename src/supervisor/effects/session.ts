import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kind, kindOf, type Launch, type SessionFile } from '../../agents/index.ts';
import { fileStandingMs } from '../../core/evidence.ts';
import { limitsOf } from '../../core/limits.ts';
import { failsToResume } from '../../core/restart.ts';
import { type Agent, isUnprepared } from '../../core/state.ts';
import { startTime } from '../../io/process.ts';
import { killTree } from '../../io/tree.ts';
import type { Session } from '../../term/pty.ts';
import type { Size } from '../../term/screen.ts';
import { watchActivity } from '../activity.ts';
import { reported, saidBy, watchSessionFile, watchStartFile } from '../evidence.ts';
import { fenceOf } from '../fence.ts';
import { readHook } from '../hook.ts';
import { inTurn } from '../in-turn.ts';
import { leasedEnvironment } from '../leases.ts';
import { dialogClosed } from '../permission.ts';
import type { Project } from '../project.ts';
import { isRuled, watchScreen } from '../screen-watch.ts';
import { watchStillness } from '../stillness.ts';
import { Terminal } from '../terminal.ts';
import { findTranscript } from '../transcript.ts';
import { watchWorktree } from '../worktree-watch.ts';
import { isIsolated, isolate, pidInside, sandboxTmp } from './isolation.ts';
import { programPath, temporaryFolder, writeFiles, writeWrapper } from './launch-files.ts';
import { recallTyped } from './recall.ts';
import { endLeftovers, sessionEnded, treeOf } from './session-end.ts';
import { makeWorktree } from './worktree.ts';

/** The size of a terminal that nobody has looked at yet. */
export const firstSize: Size = { cols: 100, rows: 30 };

/** Starts the session of an agent, with its conversation where it has one. */
export async function startSession(project: Project, name: string): Promise<void> {
  const { supervisor, team } = project;
  const kind = kindOf(team, name);
  const before = supervisor.state.agents[name];
  if (!before?.worktree) return;
  await endLeftovers(project, before);
  // A folder that somebody removed is made anew, on its branch.
  if (!existsSync(before.worktree.path)) {
    await makeWorktree(project, name);
    const made = supervisor.state.agents[name];
    if (made && isUnprepared(made)) return;
  }
  const { conversation: resume, lost } = await conversationOf(project, kind, before);
  const agent = supervisor.state.agents[name];
  if (supervisor.draining || !agent?.wanted) return;
  const session = {
    id: randomUUID(),
    conversation: resume ?? randomUUID(),
    resume: resume !== undefined,
    said: lost === undefined ? undefined : `it began anew, without its conversation: ${lost}`,
  };
  const { hear, tell } = hearing(project, name, session.id);
  try {
    const hook = project.hooks.open(name, hear);
    const token = project.tokens.make(name);
    const isolated = isIsolated(project, name);
    project.kept?.set(name, { session: session.id, token, hook, ...(isolated && { isolated }) });
    const launch = launchOf(project, kind, agent, { ...session, hookUrl: hook, token });
    const terminal = await spawn(project, agent, kind, { ...session, isolated }, launch);
    terminal.stops.push(...watch(project, terminal, hear));
  } finally {
    tell();
  }
}

/**
 * Takes over the session of an agent that lived on without a supervisor, with its screen as it is.
 * @returns false when it cannot be this very session, or nothing can be heard of it: then it is to be ended
 */
export async function adoptSession(project: Project, { name, session }: Agent): Promise<boolean> {
  const { host, kept, hooks, tokens, team } = project;
  const before = kept?.of(name);
  const spec = team.agents[name];
  if (!session || !spec || before?.session !== session.id) return false;
  const running = startTime(session.pid);
  if (running !== undefined && running !== session.start) return false;
  const found = await host.adopt?.(name);
  if (found?.session.pid !== session.pid) return false;
  tokens.restore(name, before.token);
  if (before.isolated) await project.entrances.open(name);
  const { hear, tell } = hearing(project, name, session.id);
  hooks.open(name, hear, before.hook);
  const run = { ...session, isolated: before.isolated === true };
  const terminal = seat(project, name, run, kindOf(team, name), found.session, found.size);
  terminal.recall = () => recallTyped(project, terminal);
  terminal.doubtFocus();
  terminal.stops.push(...watch(project, terminal, hear));
  tell();
  return true;
}

/** How the hooks of a session are heard, and what lets the first of them through. */
function hearing(project: Project, name: string, id: string) {
  // In the order in which they came, one after the other: the last word on the status must be the last one said. The
  // first of them waits until the session itself is told.
  const inOrder = inTurn();
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  void inOrder(() => told);
  const hear = async (body: unknown): Promise<object> => {
    const answer = await inOrder(() => readHook(project, name, id, body));
    return answer.held === undefined ? answer : await answer.held;
  };
  return { hear, tell };
}

/** Starts the program in a terminal, and tells that the session runs. @throws Error when it does not, and then nothing of it does */
async function spawn(
  project: Project,
  agent: Agent,
  kind: Kind,
  {
    id,
    conversation,
    resume,
    said,
    isolated,
  }: {
    id: string;
    conversation: string;
    resume: boolean;
    said: string | undefined;
    isolated: boolean;
  },
  plain: Launch,
): Promise<Terminal> {
  const { supervisor, root } = project;
  const { name, worktree } = agent;
  writeFiles(plain, project.paths.session(name));
  const launch = isolated ? await isolate(project, agent, plain) : plain;
  const size = project.sizes.get(name) ?? firstSize;
  const cwd = worktree?.path ?? root;
  const pty = await project.host.spawn({
    ...launch,
    ...project.confinement.wrap(id, limitsOf(project.team, name), programPath(launch), launch.args),
    ...{ name, cwd, size },
  });
  const start = startTime(pty.pid) ?? 'gone';
  const terminal = seat(project, name, { id, start, isolated }, kind, pty, size);
  try {
    const pid = { pid: pty.pid, start };
    supervisor.turn(
      [
        {
          ...{ type: 'session.started', agent: name, session: id, conversation, ...pid, resumed: resume },
          ...(said === undefined ? {} : { said }),
        },
      ],
      'mcc',
      `session ${name}`,
    );
  } catch (error) {
    await killTree(treeOf({ id, pid: pty.pid, start }), { grace: 0 });
    throw error;
  }
  return terminal;
}

/** Gives a session its screen, and hears of its end. */
function seat(
  project: Project,
  name: string,
  { id, start, isolated }: { id: string; start: string; isolated: boolean },
  kind: Kind,
  pty: Session,
  size: Size,
): Terminal {
  const { supervisor, team } = project;
  const terminal = new Terminal(name, id, kind, pty, size, team.scrollback);
  terminal.isolated = isolated;
  pty.onExit((exit) => {
    terminal.over = true;
    for (const stop of terminal.stops) stop();
    void sessionEnded(project, terminal, { pid: pty.pid, start }, exit);
  });
  supervisor.terminals.get(name)?.dispose();
  supervisor.terminals.set(name, terminal);
  return terminal;
}

/**
 * The conversation to go on with: the last one, if it can be. A run that took no turn leaves none, and starts anew; where
 * there was one that cannot be gone on with, `lost` says why.
 */
async function conversationOf(
  { paths }: Project,
  kind: Kind,
  agent: Agent,
): Promise<{ conversation?: string; lost?: string }> {
  const { name, session } = agent;
  if (!session) return {};
  if (failsToResume(agent)) return { lost: 'its program ends when it is to go on with it' };
  const { conversation } = session;
  if (kind.resumesBlindly) return { conversation };
  const transcript = findTranscript(kind, paths.session(name), conversation);
  const lost = (why: string) => (kind.isResumable && session.worked ? { lost: why } : {});
  if (!transcript) return lost('its transcript is missing');
  const text = kind.isResumable ? await readFile(transcript, 'utf8').catch(() => '') : '';
  const resumable = !kind.isResumable || kind.isResumable(text);
  return resumable ? { conversation } : lost('its transcript is damaged');
}

function launchOf(
  project: Project,
  kind: Kind,
  agent: Agent,
  run: { id: string; conversation: string; resume: boolean; hookUrl: string; token: string },
): Launch {
  const { team, paths } = project;
  const { id, conversation, resume, hookUrl, token } = run;
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
    tmp: isIsolated(project, name) ? sandboxTmp : temporaryFolder(project, name),
    token,
    fence: fenceOf(project, name, worktree.path),
    leases: leasedEnvironment(project, name),
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
  const { agent: name, kind } = terminal;
  const folder = project.paths.session(name);
  const config = join(folder, 'config');
  const startWatch = watchStartFile(config, (body) => {
    hear(body).catch((error: unknown) =>
      note('warn', 'a hook failed', { agent: name, error: String(error) }),
    );
  });
  const pid = terminal.isolated ? pidInside : terminal.pty.pid;
  const fileWatch = watchSessionFile(kind, config, pid, (file) => tellFile(project, terminal, file));
  return [
    fileWatch,
    startWatch,
    watchWorktree(project, terminal),
    watchActivity(project, terminal),
    watchScreen(project, terminal),
    watchStillness(project, terminal),
    terminal.screen.onParsed(() => supervisor.stirred(name)),
  ];
}

/**
 * Tells what a session's state file says. What is older than the last hook and contradicts it (the file is written a moment
 * after it became so), and a permission that a rule has just answered, is told only when it is still so some time later.
 */
function tellFile(project: Project, terminal: Terminal, file: SessionFile, waited = false): void {
  const { supervisor } = project;
  const now = supervisor.state.agents[terminal.agent];
  if (now?.session?.id !== terminal.id) return;
  terminal.version = file.version;
  clearTimeout(terminal.later);
  const wait = waited ? 0 : Math.max(lateness(now, file), isOpen(file) ? isRuled(terminal) : 0);
  if (wait > 0) {
    terminal.later = setTimeout(() => tellFile(project, terminal, file, true), wait);
    return;
  }
  supervisor.turn(
    [...dialogClosed(supervisor.state, now, file.status), ...reported(now, 'session file', saidBy(file))],
    'mcc',
    'session file',
  );
}

const isOpen = ({ needs }: SessionFile): boolean => needs === 'permission';

/** A turn that has just begun: the end of the one before may still be written into the file. How long, and for how long, in ms. */
const begun = { youngerThan: 1_000, wait: 250 };

/** How long a status is to be held back that contradicts the last hook and is older, or just as young; a dialog never is. In ms. */
function lateness({ reports: { hook } }: Agent, { at, status }: SessionFile): number {
  if (!hook || status === hook.status || status === 'needs-you') return 0;
  if (at !== undefined && at < Date.parse(hook.at)) return fileStandingMs;
  const young = hook.status === 'working' && Date.now() - Date.parse(hook.at) < begun.youngerThan;
  return young ? begun.wait : 0;
}
