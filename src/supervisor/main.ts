import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Event, type Fact, parseEvent } from '../core/event.ts';
import { hasLimits } from '../core/limits.ts';
import type { Room } from '../core/room.ts';
import type { Team } from '../core/team.ts';
import { bytesOf } from '../core/usage.ts';
import { settingsKey, worktreeSettings } from '../core/worktree-settings.ts';
import { Confinement, findHold, type Hold } from '../io/confinement.ts';
import { serveHooks } from '../io/hooks.ts';
import { acquire, type Owner } from '../io/lock.ts';
import { Log } from '../io/log.ts';
import { type Paths, paths as pathsOf } from '../io/paths.ts';
import { watchPresence } from '../io/presence.ts';
import { keepOut, type Repository, repositoryGit } from '../io/repository.ts';
import { removeRuntime, runtimeDir, socketPath, writePointer } from '../io/runtime.ts';
import { type Host, ptyHost } from '../term/pty.ts';
import { tmuxHost, tmuxSocket } from '../term/tmux.ts';
import { listen } from '../wire/server.ts';
import { Clients } from './clients.ts';
import { wallClock } from './clock.ts';
import { Ending, guardProcess } from './ending.ts';
import { Entrances } from './entrances.ts';
import { Foreign } from './foreign.ts';
import { takeIn } from './intake.ts';
import { Kept } from './kept.ts';
import { LimitKeeper } from './limits.ts';
import { keepNotices } from './notices.ts';
import { perform } from './perform.ts';
import { Permissions } from './permission.ts';
import type { Project } from './project.ts';
import { recover } from './recover.ts';
import type { OpenScreen } from './screens.ts';
import { endSessions } from './stop.ts';
import { Supervisor } from './supervisor.ts';
import { Tokens } from './tokens.ts';
import { UsageWatch } from './usage.ts';
import { keepViews } from './views.ts';

export interface SupervisorOptions {
  repository: Repository;
  team: Team;
  version: string;
  /** Node and bin/mcc by absolute paths: what sessions and `mcc` wrappers run */
  program: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  /** Called once the socket answers. */
  ready?: () => void;
  /** how a screen is opened; the layer above knows */
  openScreen: OpenScreen;
  /** who holds the terminals; this process itself when not given */
  host?: Host;
}

/** Another supervisor serves this project already. */
export class AlreadyRunning extends Error {
  override name = 'AlreadyRunning';
  readonly hint = 'mcc up';
  readonly owner: Owner;
  constructor(owner: Owner) {
    super(`a supervisor runs already, pid ${owner.pid}`);
    this.owner = owner;
  }
}

/**
 * Serves a project until it is stopped; resolves then.
 * @throws AlreadyRunning, or the error of a broken log or team file, when nothing was started; or what broke it, when
 *   everything it had started was ended
 */
export async function runSupervisor(options: SupervisorOptions): Promise<void> {
  const { repository, team } = options;
  const paths = pathsOf(repository.root, team.worktrees);
  const base = team.base ?? repository.head;
  if (!base) throw new Error('HEAD is detached and agents.yaml names no base branch: add `base: <branch>`');
  mkdirSync(paths.run, { recursive: true, mode: 0o700 });
  const lock = await acquire(paths.lock);
  if (lock.held) throw new AlreadyRunning(lock.held);
  try {
    await keepOut(repository, ['/.mcc/', `/${team.worktrees}/`]);
    await serve(options, base, paths);
  } finally {
    await lock.release();
  }
}

/** Opens everything in order, waits for the end, and closes what was opened in the reverse order, whatever happens. */
async function serve(options: SupervisorOptions, base: string, paths: Paths): Promise<void> {
  const { repository, team, version, environment } = options;
  const { root } = repository;
  const { log, events, note: torn } = Log.open<Event>(paths.events, parseEvent);
  const logger = makeLogger(paths.log);
  const note: Project['note'] = (level, text, about = {}) => logger[level](about, text);
  const ending = new Ending();
  const unguard = guardProcess(ending, note);
  const unwatch = watchPresence(paths.run, () =>
    ending.fail(stoppedBy(new Error(`${paths.run} was removed while mcc was running`))),
  );
  const closers: (() => unknown)[] = [];
  try {
    if (torn) note('warn', torn);
    const runtime = runtimeDir(root, environment);
    const host = options.host ?? (await hostOf(options, runtime));
    const kept = host.adopt ? new Kept(paths.tokens, version) : undefined;
    // A bug of mcc costs no agent anything that its host can hold without mcc.
    const livesOn = () => ending.bug && kept !== undefined;
    closers.push(() => livesOn() || removeRuntime(root, runtime));
    closers.push(() => (livesOn() ? host.leave?.() : host.close?.()));
    const confinement = new Confinement(await holdFor(team, environment));
    const hooks = await serveHooks(
      (error) => note('warn', 'a hook failed', { error: String(error) }),
      kept?.port,
    );
    closers.push(() => hooks.close());
    const supervisor: Supervisor = new Supervisor({
      clock: wallClock,
      append: (batch) => log.append(batch),
      room: () => roomFor(team),
      perform: (effect) => perform(project, effect),
      told: (event, state) => {
        clients.told(event);
        project.permissions.told(event, state.permissions);
        views.changed();
        notices.told();
        usage.wake();
      },
      broken: (error) => {
        note('error', 'the log cannot be written', { error: String(error) });
        ending.fail(stoppedBy(error));
      },
    });
    const project: Project = {
      root,
      repository,
      team,
      base,
      paths,
      runtime,
      version,
      program: options.program,
      sizes: new Map(),
      candidates: new Map(),
      supervisor,
      hooks,
      host,
      kept,
      tokens: new Tokens(),
      entrances: new Entrances(runtime, (agent) => clients.handlers(agent)),
      permissions: new Permissions(),
      foreign: new Foreign(() => project),
      confinement,
      get usage() {
        return usage;
      },
      environment,
      ending: ending.signal,
      stop: (how, by) => {
        note('info', 'stopping', { how, by });
        ending.ask(how);
      },
      note,
    };
    const clients = new Clients(project, options.openScreen);
    closers.push(() => project.entrances.close(goodbye(ending)));
    const views = keepViews(project);
    const notices = keepNotices(project);
    const keeper = new LimitKeeper(project);
    const usage = new UsageWatch(project, clients, (readings) => keeper.check(readings));
    closers.push(() => usage.close());
    supervisor.replay(events);
    // Before anybody is let in: no command may start anything while the last run is not proved dead.
    const [opened, recovered] = await Promise.all([opening(options, base), recover(project)]);
    const facts = [...recovered, ...opened];
    const socket = socketPath(root, environment);
    await writePointer(root, socket);
    const server = await listen(socket, clients.handlers());
    closers.push(
      () => server.close(goodbye(ending)),
      () => finish(project, ending, views),
      () => livesOn() || kept?.end(),
      () => clients.closeScreens(goodbye(ending)),
      () => livesOn() || endSessions(project, ending),
    );
    supervisor.turn(facts, 'mcc', 'up');
    const intake = await takeIn(project);
    closers.push(() => intake.close());
    note('info', 'serving', { root, version, socket });
    options.ready?.();
    await ending.asked;
  } catch (error) {
    ending.fail(error);
  }
  for (const close of closers.reverse())
    await Promise.resolve()
      .then(close)
      .catch((error: unknown) => note('error', 'something did not end well', { error: String(error) }));
  await log.close();
  note('info', 'stopped');
  unwatch();
  unguard();
  if (ending.failure) throw ending.failure.error;
}

/** Who holds the terminals, as the team file says. @throws Error where that tmux cannot be */
async function hostOf({ team, environment }: SupervisorOptions, runtime: string): Promise<Host> {
  if (team.host === 'pty') return ptyHost();
  return tmuxHost({
    socket: join(runtime, tmuxSocket),
    scrollback: team.scrollback,
    env: { PATH: environment.PATH },
  });
}

/** After the sessions: the last word in the log, and nothing from then on. */
async function finish(
  { supervisor }: Project,
  ending: Ending,
  views: ReturnType<typeof keepViews>,
): Promise<void> {
  const reason = ending.failure ? goodbye(ending) : ending.how === 'drain' ? 'mcc down' : 'stopped at once';
  if (!supervisor.broken) supervisor.turn([{ type: 'supervisor.stopped', reason }], 'mcc', 'down');
  supervisor.stop();
  await views.flush();
  for (const terminal of supervisor.terminals.values()) terminal.dispose();
}

const goodbye = ({ failure }: Ending): string =>
  failure
    ? `the supervisor broke: ${failure.error instanceof Error ? failure.error.message : String(failure.error)}`
    : 'the supervisor was stopped; mcc up starts it again';

/** The error that a supervisor ends with whose log cannot be written. */
function stoppedBy(cause: unknown): Error {
  const what = cause instanceof Error ? cause.message : String(cause);
  const hint = /ENOSPC|EDQUOT/.test(what)
    ? 'make room on the disk, then mcc up'
    : 'look at that file, then mcc up';
  return Object.assign(new Error(`${what}: mcc and its agents were stopped`, { cause }), { hint });
}

/** The facts a supervisor opens with: that it serves, for which team, on which base. */
async function opening({ repository, team, version }: SupervisorOptions, base: string): Promise<Fact[]> {
  const commit = await repositoryGit(repository).commit(`refs/heads/${base}`);
  return [
    { type: 'supervisor.started', pid: process.pid, version },
    {
      type: 'team.declared',
      base,
      auto: team.merge.auto,
      gates: team.merge.gates.map((gate) => gate.name),
      messages: team.messages,
      nudge: team.nudge,
      ...(team.architect === undefined ? {} : { architect: team.architect }),
      agents: Object.entries(team.agents).map(([name, spec]) => ({
        name,
        kind: spec.kind,
        autostart: spec.autostart,
        ...(spec.description === undefined ? {} : { description: spec.description }),
        ...settingsOf(team, name),
      })),
    },
    ...(commit ? [{ type: 'base.moved' as const, commit }] : []),
  ];
}

/** How many sessions there is room for, as the team file says and the machine is now. */
const roomFor = ({ max_running: most, memory_floor: floor, suspend_after }: Team): Room => ({
  most: most ?? null,
  memory: floor === undefined ? null : { floor: bytesOf(floor) ?? 0, free: process.availableMemory() },
  suspendAfterMs: suspend_after * 60_000,
});

/** What holds agents to their limits; not looked for where there are none. */
const holdFor = async (team: Team, env: SupervisorOptions['environment']): Promise<Hold> =>
  hasLimits(team) ? findHold({ env }) : { type: 'watched', why: 'there are no limits' };

/** What the worktree of an agent is to be made ready by, where there is something. */
function settingsOf(team: Team, name: string): { settings?: string } {
  const settings = settingsKey(worktreeSettings(team, name));
  return settings === '' ? {} : { settings };
}

function makeLogger(path: string): pino.Logger {
  const file = pino.destination({ dest: path, mkdir: true, sync: true });
  // What cannot be noted, on a full disk say, must not end what it was about.
  file.on('error', () => {});
  return pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, file);
}
