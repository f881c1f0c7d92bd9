import { join } from 'node:path';

/** Where everything of a project is, below the root of its main worktree (docs/architecture.md, "Files"). */
export interface Paths {
  root: string;
  /** agents.yaml */
  team: string;
  /** .mcc */
  own: string;
  /** the log: the truth */
  events: string;
  /** fold of the log up to some seq; may be deleted */
  snapshot: string;
  /** derived view of the tasks, for people and scripts */
  tasks: string;
  /** derived view of everything, for people and scripts */
  state: string;
  /** what the screen remembers from one time to the next */
  ui: string;
  /** folder of the inboxes */
  inboxes: string;
  inbox(agent: string): string;
  /** folder of the drop boxes */
  drops: string;
  drop(agent: string): string;
  results: string;
  result(agent: string, task: string): string;
  artifacts: string;
  /** folder of what was generated for an agent's session */
  session(agent: string): string;
  casts: string;
  /** mcc.log */
  log: string;
  /** output of the set-up of an agent's worktree */
  setupLog(agent: string): string;
  /** the merge queue's own worktree */
  integration: string;
  trash: string;
  /** folder of what lives as long as the supervisor, 0700 */
  run: string;
  lock: string;
  /** file that holds the path of the socket */
  pointer: string;
  tokens: string;
  worktrees: string;
  worktree(agent: string): string;
}

/**
 * All paths of a project.
 * @param root absolute path of the main worktree
 * @param worktrees folder of the worktrees, relative to root, as agents.yaml names it
 */
export function paths(root: string, worktrees = 'worktrees'): Paths {
  const own = join(root, '.mcc');
  const at = (...names: string[]) => join(own, ...names);
  return {
    root,
    team: join(root, 'agents.yaml'),
    own,
    events: at('events.jsonl'),
    snapshot: at('snapshot.json'),
    tasks: at('tasks.json'),
    state: at('state.json'),
    ui: at('ui.json'),
    inboxes: at('inbox'),
    inbox: (agent) => at('inbox', agent),
    drops: at('tasks'),
    drop: (agent) => at('tasks', agent),
    results: at('results'),
    result: (agent, task) => at('results', agent, `${task}.json`),
    artifacts: at('artifacts'),
    session: (agent) => at('sessions', agent),
    casts: at('casts'),
    log: at('logs', 'mcc.log'),
    setupLog: (agent) => at('logs', `setup-${agent}.log`),
    integration: at('integration'),
    trash: at('trash'),
    run: at('run'),
    lock: at('run', 'lock'),
    pointer: at('run', 'socket'),
    tokens: at('run', 'tokens.json'),
    worktrees: join(root, worktrees),
    worktree: (agent) => join(root, worktrees, agent),
  };
}
