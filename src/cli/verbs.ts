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
