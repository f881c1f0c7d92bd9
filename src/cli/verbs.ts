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
  /** what else is worth knowing, a paragraph each, in Markdown */
  notes?: readonly string[];
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
    name: 'doctor',
    summary: 'Look at this machine: what mcc uses, each kind’s CLI and whether that version was tried',
    args: [],
    options: {},
    examples: ['mcc doctor', 'mcc doctor --json'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'up',
    summary: 'Start the supervisor if none runs, and open the screen',
    args: [],
    options: {
      '--headless': 'start the supervisor alone, in the background',
      '--plain': 'work in lines instead of a screen: for screen readers, dumb terminals and pipes',
      '--demo': 'play the whole job with a scripted team in a throwaway repository',
      '--layout <name>': 'open this layout instead of the one agents.yaml names',
    },
    examples: ['mcc up', 'mcc up --demo', 'mcc up --headless && mcc status', 'mcc up --plain'],
    notes: [
      'With `--plain` nothing is drawn: agents, tasks, messages and what waits for you are said as lines when they change, what happens within half a second as it stands in the end. A line you type is a command without `mcc`: `status`, `ask "…"`, `allow backend`. Besides: `focus backend` chooses whom you speak to (`focus next` takes the next agent that needs you), `> words` sends that agent a message, `capture` reads its screen without frames, `type words` and `press enter` go to its terminal, `detach` or the end of the input leaves. With `--json` each line is an object.',
    ],
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
    name: 'hook',
    summary:
      'Hand a hook’s JSON from standard input to mcc and print its answer: for programs whose hooks are commands',
    args: [],
    options: {},
    examples: [`printf '{"hook_event_name":"Stop","session_id":"1"}' | mcc hook`],
    load: () => import('./hook.ts'),
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
    name: 'attach',
    summary: 'Open an agent’s own tmux pane in this terminal (host: tmux); Ctrl-b d leaves it',
    args: ['<agent>'],
    options: {},
    examples: ['mcc attach backend'],
    notes: [
      'With `host: tmux` the agents live in a tmux server of the project’s own, which outlives mcc: this works also while no supervisor runs. The pane keeps the size that the screen of mcc gave it.',
    ],
    load: () => import('./attach.ts'),
  },
  {
    name: 'capture',
    summary: 'Print what an agent’s terminal shows now',
    args: ['<pane>'],
    options: {
      '--ansi': 'with colours, attributes and links, for a terminal',
      '--svg': 'as a picture',
      '--html': 'as a page whose text can be selected',
      '--recorded': 'with size, title and cursor: a screen that `mcc check` tries a kind of your own on',
      '--history': 'with all lines that are kept above the screen',
      '--out <file>': 'write it into this file',
    },
    examples: [
      'mcc capture backend',
      'mcc capture 2 --history | less',
      'mcc capture backend --svg --out backend.svg',
      'mcc capture bot --recorded --out kinds/bot/screens/idle+empty.txt',
    ],
    load: () => import('./capture.ts'),
  },
  {
    name: 'record',
    summary: 'Record what an agent’s terminal shows from now on, until Ctrl-C (asciicast v2)',
    args: ['<pane>', '[file]'],
    options: { '--seconds <count>': 'end after so many seconds' },
    examples: ['mcc record backend', 'mcc record backend demo.cast --seconds 60'],
    notes: [
      'Without a file it goes to `.mcc/casts/<agent>-<time>.cast`. Any player of asciicast v2 plays it.',
      'Values of your environment and of `env:` in agents.yaml whose names end in KEY, TOKEN, SECRET, PASSWORD and the like are masked with `•` (8 letters and more); what a program shows only in part, or with its letters out of order, is not recognised. Look at a recording before you give it away.',
    ],
    load: () => import('./record.ts'),
  },
  {
    name: 'play',
    summary: 'Play a recording in this terminal',
    args: ['<file>'],
    options: {
      '--speed <times>': 'so many times as fast',
      '--idle <seconds>': 'cut longer pauses down to this',
    },
    examples: ['mcc play .mcc/casts/backend-20260102-030405.cast', 'mcc play demo.cast --speed 2 --idle 1'],
    notes: [
      'Space pauses, and plays it again at the end; right, up, `>` and `.` double the speed, left, down, `<` and `,` halve it; q leaves. Nothing of the recording reaches your terminal but what it shows.',
    ],
    load: () => import('./play.ts'),
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
