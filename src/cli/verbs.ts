import type { Shell } from './shell.ts';

/** One call of a verb, its words told apart. */
export type Call = {
  shell: Shell;
  args: string[];
  options: Record<string, unknown>;
  json: boolean;
};

/**
 * A verb of the command line itself; all others are commands of the registry, which keys, palette and agents give as
 * well. Data, but for `load`: what carries it out is read only when it is called.
 */
export type Verb = {
  name: string;
  summary: string;
  args: readonly string[];
  /** option as commander spells it → what it does */
  options: Readonly<Record<string, string>>;
  examples: readonly string[];
  load: () => Promise<{ run: (call: Call) => Promise<number> }>;
};

export const verbs: readonly Verb[] = [
  {
    name: 'init',
    summary: 'Look at this repository and write a commented agents.yaml',
    args: [],
    options: { '--print': 'print it instead of writing it' },
    examples: ['mcc init', 'mcc init --print | less'],
    load: () => import('./init.ts'),
  },
  {
    name: 'check',
    summary: 'Validate agents.yaml and all that `mcc up` needs; change nothing',
    args: [],
    options: {},
    examples: ['mcc check', 'mcc check --json'],
    load: () => import('./check.ts'),
  },
  {
    name: 'up',
    summary: 'Start the supervisor if none runs, and open the screen',
    args: [],
    options: {
      '--headless': 'start the supervisor alone, in the background',
      '--demo': 'play the whole job with a scripted team in a throwaway repository',
      '--layout <name>': 'open this layout instead of the one agents.yaml names',
    },
    examples: ['mcc up', 'mcc up --demo', 'mcc up --headless && mcc status'],
    load: () => import('./up.ts'),
  },
  {
    name: 'down',
    summary: 'Stop the agents and the supervisor; worktrees, branches and conversations stay',
    args: [],
    options: { '--force': 'do not wait for the turns in hand' },
    examples: ['mcc down', 'mcc down --force'],
    load: () => import('./down.ts'),
  },
  {
    name: 'prune',
    summary: 'Remove the worktrees of the team and its merged branches; what is not saved or merged stays',
    args: [],
    options: { '--dry-run': 'only say what would be removed' },
    examples: ['mcc prune --dry-run', 'mcc prune'],
    load: () => import('./prune.ts'),
  },
  {
    name: 'supervise',
    summary: 'Be the supervisor, in the foreground: what `mcc up` starts, for systemd and containers',
    args: [],
    options: {},
    examples: ['mcc supervise'],
    load: () => import('./supervise.ts'),
  },
  {
    name: 'keys',
    summary: 'Print the keys of the screen and what they do',
    args: [],
    options: {},
    examples: ['mcc keys', 'mcc keys --json'],
    load: () => import('./keys.ts'),
  },
  {
    name: 'mcp',
    summary: 'Serve the commands an agent may give as MCP tools, on standard input and output',
    args: [],
    options: {},
    examples: ['mcc mcp'],
    load: () => import('./mcp.ts'),
  },
  {
    name: 'log',
    summary: 'Print the event log: what happened, in order',
    args: [],
    options: {
      '-f, --follow': 'go on as events are written',
      '-n, --last <count>': 'only the last events',
      '--agent <name>': 'only what concerns this agent',
      '--task <id>': 'only what concerns this task',
      '--type <prefix>': 'only these types, e.g. task or message.queued',
    },
    examples: ['mcc log -n 20', 'mcc log -f --agent backend', 'mcc log --task t3 --json'],
    load: () => import('./log.ts'),
  },
  {
    name: 'schema',
    summary: 'Print the JSON Schema of agents.yaml',
    args: [],
    options: {},
    examples: ['mcc schema > agents.schema.json'],
    load: () => import('./schema.ts'),
  },
];
