import { mkdirSync } from 'node:fs';
import { pino } from 'pino';
import { type Event, type Fact, parseEvent } from '../core/event.ts';
import type { Team } from '../core/team.ts';
import { serveHooks } from '../io/hooks.ts';
import { acquire, type Owner } from '../io/lock.ts';
import { Log } from '../io/log.ts';
import { paths as pathsOf } from '../io/paths.ts';
import { keepOut, type Repository, repositoryGit } from '../io/repository.ts';
import { removeRuntime, runtimeDir, socketPath, writePointer } from '../io/runtime.ts';
import { ptyHost } from '../term/pty.ts';
import { listen } from '../wire/server.ts';
import { Clients } from './clients.ts';
import { removeLeftFiles } from './effects/left-files.ts';
import { takeIn } from './intake.ts';
import { perform } from './perform.ts';
import type { Project } from './project.ts';
import { recover } from './recover.ts';
import { endSessions } from './stop.ts';
import { Supervisor } from './supervisor.ts';
import { Tokens } from './tokens.ts';
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
 * @throws AlreadyRunning, or the error of a broken log or team file; nothing was started then
 */
export async function runSupervisor(options: SupervisorOptions): Promise<void> {
  const { repository, team, version, environment } = options;
  const { root } = repository;
  const paths = pathsOf(root, team.worktrees);
  const base = team.base ?? repository.head;
  if (!base) throw new Error('HEAD is detached and agents.yaml names no base branch: add `base: <branch>`');
  mkdirSync(paths.run, { recursive: true, mode: 0o700 });
  const lock = await acquire(paths.lock);
  if (lock.held) throw new AlreadyRunning(lock.held);
  try {
    await keepOut(repository, ['/.mcc/', `/${team.worktrees}/`]);
    const { log, events, note: torn } = Log.open<Event>(paths.events, parseEvent);
    mkdirSync(pathsOf(root).own, { recursive: true });
    const logger = makeLogger(paths.log);
    const note: Project['note'] = (level, text, about = {}) => logger[level](about, text);
    if (torn) note('warn', torn);

    const ending = new AbortController();
    let stopped: (how: 'drain' | 'force') => void = () => {};
    const stopping = new Promise<'drain' | 'force'>((done) => {
      stopped = done;
    });
    const supervisor: Supervisor = new Supervisor({
      append: (batch) => log.append(batch),
      perform: (effect) => perform(project, effect),
      told: (event) => {
        clients.told(event);
        views.changed();
      },
      broken: (error) => {
        note('error', 'the log cannot be written', { error: String(error) });
        stopped('force');
      },
    });
    const project: Project = {
      root,
      repository,
      team,
      base,
      paths,
      runtime: runtimeDir(root, environment),
      version,
      program: options.program,
      sizes: new Map(),
      supervisor,
      hooks: await serveHooks((error) => note('warn', 'a hook failed', { error: String(error) })),
      host: ptyHost(),
      tokens: new Tokens(),
      environment,
      ending: ending.signal,
      stop: (how, by) => {
        note('info', 'stopping', { how, by });
        if (how === 'force') {
          ending.abort();
          forced();
        }
        stopped(how);
      },
      note,
    };
    let forced: () => void = () => {};
    const force = new Promise<void>((done) => {
      forced = done;
    });
    const clients = new Clients(project);
    const views = keepViews(project);
    supervisor.replay(events);

    const socket = socketPath(root, environment);
    const server = await listen(socket, clients.handlers());
    await writePointer(root, socket);
    const signals = (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map((signal) => {
      const handler = () => project.stop('force', 'mcc');
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    supervisor.turn([...(await recover(project)), ...(await opening(options, base))], 'mcc', 'up');
    const intake = await takeIn(project);
    note('info', 'serving', { root, version, socket });
    options.ready?.();

    const how = await stopping;
    await Promise.race([endSessions(project, how), force.then(() => endSessions(project, 'force'))]);
    ending.abort();
    await intake.close();
    supervisor.turn(
      [{ type: 'supervisor.stopped', reason: how === 'drain' ? 'mcc down' : 'stopped at once' }],
      'mcc',
      'down',
    );
    supervisor.stop();
    await views.flush();
    await project.hooks.close();
    await server.close('the supervisor was stopped; mcc up starts it again');
    for (const off of signals) off();
    for (const terminal of supervisor.terminals.values()) terminal.dispose();
    removeLeftFiles(project);
    await log.close();
    removeRuntime(root);
    note('info', 'stopped');
  } finally {
    await lock.release();
  }
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
      ...(team.architect === undefined ? {} : { architect: team.architect }),
      agents: Object.entries(team.agents).map(([name, spec]) => ({
        name,
        kind: spec.kind,
        autostart: spec.autostart,
        ...(spec.description === undefined ? {} : { description: spec.description }),
      })),
    },
    ...(commit ? [{ type: 'base.moved' as const, commit }] : []),
  ];
}

function makeLogger(path: string): pino.Logger {
  return pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: path, mkdir: true, sync: true }),
  );
}
