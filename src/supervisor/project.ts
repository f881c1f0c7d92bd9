import type { Actor } from '../core/event.ts';
import type { Team } from '../core/team.ts';
import type { Confinement } from '../io/confinement.ts';
import type { HookServer } from '../io/hooks.ts';
import type { Paths } from '../io/paths.ts';
import type { Repository } from '../io/repository.ts';
import type { Host } from '../term/pty.ts';
import type { Size } from '../term/screen.ts';
import type { Built } from './effects/merge.ts';
import type { Entrances } from './entrances.ts';
import type { Foreign } from './foreign.ts';
import type { Kept } from './kept.ts';
import type { Permissions } from './permission.ts';
import type { Supervisor } from './supervisor.ts';
import type { Tokens } from './tokens.ts';
import type { UsageWatch } from './usage.ts';

/** What every effect and every door of a supervisor works with. */
export interface Project {
  root: string;
  repository: Repository;
  team: Team;
  /** the base branch */
  base: string;
  paths: Paths;
  /** a short private folder (0700) for the socket and the temporary files of sessions */
  runtime: string;
  version: string;
  /** this program, as an argv prefix: Node and bin/mcc by absolute paths */
  program: readonly string[];
  /** the size that the screen last asked for, by agent; outlives a session */
  sizes: Map<string, Size>;
  /** what approved tasks come to on the base as it is, by task, until they are merged */
  candidates: Map<string, Built>;
  supervisor: Supervisor;
  hooks: HookServer;
  host: Host;
  /** what sessions that live on need of the next supervisor; only with a host that lets them */
  kept: Kept | undefined;
  tokens: Tokens;
  /** how those in a sandbox reach this supervisor */
  entrances: Entrances;
  permissions: Permissions;
  foreign: Foreign;
  /** what holds sessions to their limits */
  confinement: Confinement;
  /** what agents take of the machine */
  usage: UsageWatch;
  /** the user's own environment at the start, of which sessions and gates see an allow-list */
  environment: Readonly<Record<string, string | undefined>>;
  /** aborts what must not outlive the supervisor: gates */
  ending: AbortSignal;
  /** begins to end the supervisor */
  stop(how: 'drain' | 'force', by: Actor): void;
  /** one line for mcc.log */
  note(level: 'info' | 'warn' | 'error', text: string, about?: object): void;
}
