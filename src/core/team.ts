import { z } from 'zod';
import type { KindSpec } from './kind-spec.ts';
import { limitsSchema, size } from './limits.ts';
import { messagesSchema, nudgeSchema } from './message-settings.ts';
import { worktreeSchema } from './worktree-settings.ts';

/**
 * The team as agents.yaml declares it, after defaults: the only shape of configuration that the program knows.
 * io/config.ts reads the file into it with positions for errors; `mcc check` and editors use the same schema.
 */

/** Names become folder names, branch names and command words: lower case, digits, dash; 1 to 32 characters. */
export const agentName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,31}$/,
    'a name of lower-case letters, digits and dashes that starts with a letter',
  );

/** The kinds of agents that mcc brings; src/agents has a file for each. */
export const builtInKinds = ['claude', 'codex', 'gemini', 'opencode', 'aider', 'shell', 'command'] as const;

const words = z.array(z.string().min(1));

const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'the name of an environment variable: letters, digits and _, no digit first',
  );

/** A branch name that no git command could read as an option, a range or a path out of refs/heads. */
const branchName = z
  .string()
  .regex(
    /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock$))[^\s~^:?*[\\]+(?<![/.])$/,
    'the name of a branch, such as main',
  );

/** A gate of the merge queue: a command that must exit 0 on the merged result. */
export const gateSchema = z.strictObject({
  name: z.string().min(1).describe('what the board calls this gate'),
  run: z
    .union([z.string().min(1), words.min(1)])
    .describe('the command: a string is given to `sh -c` as it is, a list is run without a shell'),
  timeout: z.int().positive().default(600).describe('seconds after which the gate counts as failed'),
});

/** What is answered without asking the person: patterns such as `Bash(npm test*)`, `WebFetch`, `mcp__github__*`. */
const rulesSchema = z.strictObject({
  allow: words.default([]).describe('what is allowed without asking'),
  ask: words.default([]).describe('what is asked although a rule allows it'),
  deny: words.default([]).describe('what is denied without asking'),
});

/** A login of an agent's own; left empty (`{}`), the person logs in once in its pane. */
const authSchema = z.strictObject({
  env: variableName.optional().describe('your own environment variable that holds its key'),
  helper: z
    .string()
    .min(1)
    .optional()
    .describe('command that prints its key, run by the CLI whenever it needs one'),
  as: z
    .enum(['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'])
    .default('ANTHROPIC_API_KEY')
    .describe('what the key of `env` is to the CLI'),
});

export const permissionModes = ['default', 'acceptEdits', 'plan', 'dontAsk', 'bypassPermissions'] as const;

/** What holds an agent: nothing but its settings, or a sandbox that the kernel keeps up. */
export const isolations = ['none', 'bubblewrap', 'docker'] as const;
export type Isolation = (typeof isolations)[number];

/** A place of the machine: absolute, or below the home directory. */
const place = z.string().regex(/^(\/|~\/).*[^/]$/, 'an absolute path, or one that begins with ~/');

/** What a sandbox is beyond the rule that only the agent's own worktree can be written. */
export const sandboxSchema = z.strictObject({
  image: z.string().min(1).optional().describe('isolation docker: the image that agents and gates run in'),
  writable: z
    .array(place)
    .default([])
    .describe('further folders that what is isolated may write, such as the cache of a package manager'),
  visible: z
    .array(place)
    .default([])
    .describe('folders below /tmp, /run and the like, all hidden else, that what is isolated may read'),
  hidden: z
    .array(place)
    .default(['~/.ssh', '~/.gnupg', '~/.docker'])
    .describe('folders and files that what is isolated cannot see: keys, and sockets that lead out'),
});

export const agentSchema = z.strictObject({
  kind: agentName
    .meta({ examples: [...builtInKinds] })
    .default('claude')
    .describe(`what runs in the pane: ${builtInKinds.join(', ')}, or one of your own from kinds/`),
  command: words
    .min(1)
    .optional()
    .describe(
      'kind command: the program and its arguments; other kinds: the program used in place of their own',
    ),
  description: z.string().optional().describe('one line: what this agent is for; the architect reads it'),
  persona: z.string().optional().describe('added to the system prompt of the session'),
  model: z.string().optional().describe('model passed to the CLI'),
  permission_mode: z.enum(permissionModes).default('default').describe('permission mode passed to the CLI'),
  allowed_tools: words.default([]).describe('tools that run without asking, e.g. "Bash(npm test:*)"'),
  restricted_tools: words.default([]).describe('tools that are denied'),
  mcp_servers: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('MCP servers of the session, in the form of .mcp.json'),
  env: z
    .record(variableName, z.string())
    .default({})
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how the file spells it
    .describe('environment of the session; ${NAME} takes your own NAME'),
  pass_env: z
    .array(variableName)
    .default([])
    .describe('names of your own environment variables that the session may see'),
  auth: authSchema
    .optional()
    .describe('a login of its own (kind claude), kept apart from yours; `{}`: log in once in its pane'),
  permissions: rulesSchema.prefault({}).describe('rules for this agent, before those of the team'),
  args: words.default([]).describe('further arguments for the CLI'),
  write: words
    .default([])
    .describe(
      'files that this agent may change, from the root of the repository: `src/api`, `docs/**/*.md`; default: all. A branch that changes others is not merged',
    ),
  hidden: words
    .default([])
    .describe(
      'files that this agent may not read, such as `.env`: its CLI is told, and a sandbox hides those of your checkout that git does not track',
    ),
  isolation: z.enum(isolations).optional().describe('what holds this agent; default: what holds the team'),
  languages: words.default([]).describe('languages this agent works in (told to it and to the architect)'),
  frameworks: words
    .default([])
    .describe('frameworks this agent works with (told to it and to the architect)'),
  directories: words
    .default([])
    .describe('folders this agent is responsible for (told to it and to the architect)'),
  worktree: worktreeSchema
    .optional()
    .describe('what its worktree gets; each key given here replaces that of the team'),
  limits: limitsSchema.optional().describe('what it may take of the machine, before what the team may'),
  stall_minutes: z
    .number()
    .min(0)
    .default(10)
    .describe('minutes in which an agent at work does nothing until it counts as stalled; 0 for never'),
  autostart: z.boolean().default(true).describe('start with `mcc up`'),
});

export const teamSchema = z.strictObject({
  version: z.literal(1).default(1).describe('version of this file format'),
  base: branchName
    .optional()
    .describe('branch that finished work is merged into; default: the branch you are on'),
  architect: agentName
    .optional()
    .describe('the agent that plans, reviews and approves; it merges nothing itself'),
  agents: z.record(agentName, agentSchema).describe('the team, by name'),
  permissions: rulesSchema
    .prefault({})
    .describe('permissions of all agents that mcc answers by rule; the strictest that fits wins'),
  merge: z
    .strictObject({
      auto: z.boolean().default(true).describe('merge what is approved without being asked'),
      gates: z.array(gateSchema).default([]).describe('commands that must pass on the merged result'),
      message: z.string().default('Merge {task}: {title}').describe('subject of the merge commit'),
    })
    .prefault({}),
  isolation: z
    .enum(isolations)
    .default('none')
    .describe(
      'what holds the agents, and the gates: `bubblewrap` (Linux) lets each write its own worktree and branches, and nothing else; `docker` runs them in `sandbox.image` (untried)',
    ),
  sandbox: sandboxSchema.prefault({}),
  worktrees: z
    .string()
    .min(1)
    .default('worktrees')
    .describe('folder of the worktrees, relative to the repository'),
  worktree: worktreeSchema.prefault({}).describe('what each worktree gets before its agent starts'),
  limits: limitsSchema.prefault({}).describe('what each agent may take of the machine'),
  max_running: z
    .int()
    .positive()
    .optional()
    .describe('sessions that run at once; others wait for a place, those with the most urgent tasks first'),
  memory_floor: size.optional().describe('memory that must be free for a new session to start, e.g. 2GB'),
  suspend_after: z
    .number()
    .min(0)
    .default(2)
    .describe('minutes after which an idle agent without work makes room for one that waits'),
  layout: z.string().min(1).default('team').describe('layout of the screen, a name from layouts/'),
  theme: z
    .enum(['auto', 'dark', 'light', 'high-contrast', 'none'])
    .default('auto')
    .describe(
      'colours of the screen; auto is dark or light as the background of your terminal; none is NO_COLOR',
    ),
  ascii: z
    .boolean()
    .optional()
    .describe('draw with ASCII alone; default: where the terminal or its locale cannot do more'),
  messages: messagesSchema.prefault({}),
  nudge: nudgeSchema.prefault({}),
  notify: z
    .union([z.string().min(1), words.min(1)])
    .optional()
    .describe(
      'command run once for each thing that comes to need you, told in its last argument; a string is given to `sh -c` and has it in "$1"; `desktop` is notify-send, or osascript on macOS',
    ),
  keys: z
    .strictObject({
      leader: z.string().min(1).default('ctrl-space').describe('key that opens the command layer'),
      bind: z.record(z.string(), z.string()).default({}).describe('key after the leader → command in words'),
    })
    .prefault({}),
  host: z
    .enum(['pty', 'tmux'])
    .default('pty')
    .describe(
      'who holds the terminals of the agents: mcc itself, or a tmux server of its own (3.2 or newer), in which they live on when mcc crashes',
    ),
  scrollback: z.int().min(0).max(1_000_000).default(10_000).describe('lines of history a pane keeps'),
});

export type Gate = z.infer<typeof gateSchema>;
export type AgentSpec = z.infer<typeof agentSchema>;
/** `kinds`: the project's own kinds of agents, by name, from files of their own. */
export type Team = z.infer<typeof teamSchema> & { kinds?: Record<string, KindSpec> };
