import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { type Kind, kinds, type Launch } from '../../agents/index.ts';
import type { Agent } from '../../core/state.ts';
import { startTime } from '../../io/process.ts';
import { killTree } from '../../io/tree.ts';
import type { Size } from '../../term/screen.ts';
import { watchActivity } from '../activity.ts';
import { reported, watchSessionFile, watchStartFile } from '../evidence.ts';
import { readHook } from '../hook.ts';
import type { Project } from '../project.ts';
import { Terminal } from '../terminal.ts';
import { watchWorktree } from '../worktree-watch.ts';

/** How long a session may take to end when asked, before it is killed; measured: Claude Code needs 0.2 s. In ms. */
const graceMs = 3_000;
/** The size of a terminal that nobody has looked at yet. */
export const firstSize: Size = { cols: 100, rows: 30 };

/** Starts the session of an agent, with its conversation where it has one. */
export async function startSession(project: Project, name: string): Promise<void> {
  const { supervisor, team, paths } = project;
  const agent = supervisor.state.agents[name];
  const spec = team.agents[name];
  if (!agent?.worktree || !spec) return;
  await endLeftovers(project, agent);
  const kind = kinds[spec.kind];
  const folder = paths.session(name);
  const config = join(folder, 'config');
  const id = randomUUID();
  const before = agent.session?.conversation;
  const resume = before !== undefined && isResumable(kind, findTranscript(folder, before));
  const conversation = resume ? before : randomUUID();
  const bin = join(folder, 'bin');
  writeWrapper(project, bin);
  const launch = kind.launch({
    agent: name,
    spec,
    team,
    session: id,
    conversation,
    resume,
    worktree: agent.worktree.path,
    root: project.root,
    folder,
    config,
    hookUrl: project.hooks.open(name, (body) => readHook(project, name, id, body)),
    bin,
    tmp: temporaryFolder(project, name),
    token: project.tokens.make(name),
    environment: project.environment,
    isRoot: process.getuid?.() === 0,
  });
  writeFiles(launch);
  const size = project.sizes.get(name) ?? firstSize;
  const pty = project.host.spawn({
    file: programPath(launch),
    args: launch.args,
    cwd: agent.worktree.path,
    env: launch.env,
    size,
  });
  const terminal = new Terminal(name, id, kind, pty, size, team.scrollback);
  supervisor.terminals.get(name)?.dispose();
  supervisor.terminals.set(name, terminal);
  const start = startTime(pty.pid) ?? 'gone';
  supervisor.turn(
    [
      {
        type: 'session.started',
        agent: name,
        session: id,
        conversation,
        pid: pty.pid,
        start,
        resumed: resume,
      },
    ],
    'mcc',
    `session ${name}`,
  );
  const stops = [
    await watchSessionFile(kind, config, pty.pid, (file) => {
      const now = supervisor.state.agents[name];
      if (now?.session?.id === id)
        supervisor.turn(reported(now, 'session file', file.status, file.reason), 'mcc', 'session file');
    }),
    watchStartFile(folder, (body) => void readHook(project, name, id, body)),
    watchWorktree(project, terminal),
    watchActivity(project, terminal),
  ];
  pty.onExit(({ code, signal }) => {
    for (const stop of stops) stop();
    void ended(project, terminal, { pid: pty.pid, start }, code, signal);
  });
}

async function ended(
  project: Project,
  terminal: Terminal,
  process: { pid: number; start: string },
  code: number | null,
  signal: number | null,
): Promise<void> {
  const { supervisor } = project;
  const { agent: name, id } = terminal;
  terminal.screen.flush();
  project.tokens.drop(name);
  const agent = supervisor.state.agents[name];
  const asked = agent && (!agent.wanted || agent.restarting);
  const reason = supervisor.draining ? 'mcc down' : asked ? 'stopped' : 'exited';
  // What it left behind holds its worktree: it goes before the session counts as ended.
  await killTree(
    { ...process, sessionId: process.pid, marker: { name: 'MCC_SESSION', value: id } },
    { grace: 500 },
  );
  supervisor.turn(
    [{ type: 'session.exited', agent: name, session: id, code, signal: signal || null, reason }],
    'mcc',
    'process',
  );
}

/** Ends the session of an agent: asked first, then killed, with everything it started. */
export async function stopSession(project: Project, name: string): Promise<void> {
  const agent = project.supervisor.state.agents[name];
  const terminal = project.supervisor.terminals.get(name);
  const session = agent?.session;
  if (!agent || !session || session.exit) return;
  const tree = {
    pid: session.pid,
    start: session.start,
    sessionId: session.pid,
    marker: { name: 'MCC_SESSION', value: session.id },
  };
  const left = await killTree(tree, { grace: graceMs });
  if (left.length > 0) throw new Error(`processes ${left.join(', ')} of ${name} could not be ended`);
  // The pty tells its exit itself; a session of which nobody holds the pty is told here.
  if (terminal?.id !== session.id) {
    project.supervisor.turn(
      [
        {
          type: 'session.exited',
          agent: name,
          session: session.id,
          code: null,
          signal: null,
          reason: 'stopped',
        },
      ],
      'mcc',
      'process',
    );
  }
}

/** Before a new run: no process of an earlier one may still write into the worktree or hold the conversation. */
async function endLeftovers(project: Project, agent: Agent): Promise<void> {
  const { session } = agent;
  if (!session) return;
  const tree = {
    pid: session.pid,
    start: session.start,
    sessionId: session.pid,
    marker: { name: 'MCC_SESSION', value: session.id },
  };
  const left = await killTree(tree, { grace: graceMs });
  if (left.length > 0)
    project.note('warn', 'processes of the last run are still there', { agent: agent.name, left });
}

/** True when the CLI can go on with the conversation of a transcript: one in which nothing was said cannot be resumed. */
const isResumable = (kind: Kind, transcript: string | undefined): boolean =>
  transcript !== undefined && (kind.isResumable?.(readFileSync(transcript, 'utf8')) ?? true);

/**
 * Where the CLI has kept a conversation; undefined for one without a turn, which leaves no transcript and starts anew.
 * @param folder what was generated for the session; its own configuration directory is in it
 */
export function findTranscript(folder: string, conversation: string): string | undefined {
  const projects = join(folder, 'config', 'projects');
  if (!existsSync(projects)) return undefined;
  return readdirSync(projects)
    .map((name) => join(projects, name, `${conversation}.jsonl`))
    .find((path) => existsSync(path));
}

/** The `mcc` that the agent finds: this program, by absolute paths, whatever PATH the agent makes. */
function writeWrapper(project: Project, bin: string): void {
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  const words = project.program.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  writeFileSync(join(bin, 'mcc'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o700 });
}

/** A session's own folder for temporary files and sockets; removed with everything in it when the supervisor stops. */
function temporaryFolder(project: Project, name: string): string {
  const folder = join(project.runtime, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function writeFiles(launch: Launch): void {
  for (const file of launch.files) {
    mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 });
    if (file.once && existsSync(file.path)) continue;
    rmSync(file.path, { force: true });
    writeFileSync(file.path, file.text, { mode: file.mode });
  }
}

/** The program of a launch, found on the PATH that the session will have. @throws Error that says how to get it */
function programPath(launch: Launch): string {
  if (isAbsolute(launch.file)) return launch.file;
  const found = (launch.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, launch.file))
    .find(existsSync);
  if (found) return found;
  const hint =
    launch.file === 'claude'
      ? 'npm install -g @anthropic-ai/claude-code'
      : `install ${launch.file}, or name another command in agents.yaml`;
  throw Object.assign(new Error(`${launch.file} is not installed: it is not on PATH`), { hint });
}
