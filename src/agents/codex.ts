import { isolationOf } from '../core/isolation.ts';
import { codexRules } from './codex-rules.ts';
import { codexComposer } from './codex-screen.ts';
import type { Kind, Launch, LaunchInput } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { hookReport } from './hooks.ts';
import { hookCommand } from './post.ts';
import { rolePrompt } from './role.ts';
import { toml } from './toml.ts';
import { typedPieces } from './typing.ts';

/**
 * OpenAI's Codex CLI, interactive. Measured on 0.169.0 (test/kinds): its hooks are Claude Code's protocol, run as
 * commands; SessionStart comes with the first prompt, and Esc brings no hook, so both are read from the screen. Its
 * configuration directory is the agent's own; the user's login is linked into it.
 */
export const codex: Kind = {
  name: 'codex',
  program: 'codex',
  verified: '0.169.0',
  install: 'npm install -g @openai/codex',
  launch,
  hook: hookReport,
  conversations: {
    folder: 'sessions',
    holds: (file, conversation) => file.startsWith('rollout-') && file.endsWith(`-${conversation}.jsonl`),
  },
  screenRules: codexRules,
  composer: codexComposer,
  typing: (text) => typedPieces(text, { lineFeed: '\n', guard: /^(?=[/!@$])/ }),
  submit: '\r',
  interrupt: '\x1b',
};

/** Seconds a hook may take: a permission is held open until somebody answers. */
const seconds = { quick: 30, permission: 86_400 };
const events = {
  SessionStart: seconds.quick,
  UserPromptSubmit: seconds.quick,
  PreToolUse: seconds.quick,
  PermissionRequest: seconds.permission,
  PostToolUse: seconds.quick,
  PreCompact: seconds.quick,
  PostCompact: seconds.quick,
  Stop: seconds.quick,
};

function launch(input: LaunchInput): Launch {
  const { spec, config, resume, conversation, environment } = input;
  const [file, ...first] = spec.command ?? ['codex'];
  const home = environment.CODEX_HOME || `${environment.HOME ?? ''}/.codex`;
  return {
    file: file ?? 'codex',
    args: [...first, ...(resume ? ['resume', conversation] : []), ...flags(input)],
    env: sessionEnvironment(input, ['OPENAI_*', 'CODEX_API_KEY', 'AZURE_OPENAI_*'], {
      CODEX_HOME: config,
      // It makes its helpers (the sandbox) below its home, and refuses to where that lies in the temporary folder.
      TMPDIR: input.tmp,
    }),
    files: [
      { path: `${config}/config.toml`, text: toml(settings(input)), mode: 0o600 },
      { path: `${config}/rules/default.rules`, text: rules(input), mode: 0o600 },
      { path: `${config}/hooks.json`, text: `${JSON.stringify(hooks(input), null, 2)}\n`, mode: 0o600 },
    ],
    folders: gitFolders(input),
    links: [{ path: `${config}/auth.json`, to: `${home}/auth.json` }],
  };
}

function flags(input: LaunchInput): string[] {
  const { spec } = input;
  return [
    // The main buffer, so that a pane's scrollback is the conversation.
    '--no-alt-screen',
    '--no-daemon',
    // The hooks are mcc's own; trust in the repository is the user's, who ran `mcc up` in it.
    '--dangerously-bypass-hook-trust',
    ...sandbox(input),
    ...(spec.model ? ['--model', spec.model] : []),
    ...spec.args,
  ];
}

/** Its own sandbox cannot be made inside of another one (measured), which holds then. */
function sandbox({ spec, team, agent }: LaunchInput): string[] {
  const asks = ['--ask-for-approval', spec.permission_mode === 'dontAsk' ? 'never' : 'on-request'];
  if (spec.permission_mode === 'bypassPermissions') return ['--dangerously-bypass-approvals-and-sandbox'];
  if (isolationOf(team, agent) !== 'none') return ['--sandbox', 'danger-full-access', ...asks];
  return ['--sandbox', spec.permission_mode === 'plan' ? 'read-only' : 'workspace-write', ...asks];
}

/** config.toml of the agent's own directory; `args: [-c, key=value]` in agents.yaml goes before it. */
function settings(input: LaunchInput): Record<string, unknown> {
  const { root, bin, spec } = input;
  return {
    check_for_update_on_startup: false,
    cli_auth_credentials_store: 'file',
    developer_instructions: rolePrompt(input),
    analytics: { enabled: false },
    feedback: { enabled: false },
    sandbox_workspace_write: { writable_roots: gitFolders(input) },
    // A login shell would make its own PATH, on which there is no `mcc`.
    allow_login_shell: false,
    // Names like MCC_TOKEN would be dropped from the commands' environment; keys of the model's provider still are.
    shell_environment_policy: { ignore_default_excludes: true, exclude: ['*API_KEY*', '*SECRET*'] },
    projects: { [root]: { trust_level: 'trusted' } },
    mcp_servers: {
      ...spec.mcp_servers,
      mcc: {
        command: `${bin}/mcc`,
        args: ['mcp'],
        env_vars: ['MCC_AGENT', 'MCC_TOKEN', 'MCC_SESSION', 'MCC_ROOT'],
        default_tools_approval_mode: 'approve',
      },
    },
  };
}

/**
 * What a commit writes: a linked worktree keeps its index, objects and refs in the main checkout's .git, which its sandbox
 * holds read-only. The worktree's own folder must be named itself, and all of them must be there, or the sandbox does not
 * start (measured); git's configuration and hooks stay read-only.
 */
function gitFolders({ root, worktree }: LaunchInput): string[] {
  const name = worktree.split('/').at(-1) ?? '';
  return [`worktrees/${name}`, 'objects', 'refs', 'logs'].map((folder) => `${root}/.git/${folder}`);
}

/**
 * Its exec policy: what agents.yaml allows runs without asking, outside the sandbox, which lets nobody speak to mcc's
 * socket; what it restricts is forbidden. Only `Bash(…)` can be said so; the rest is for `permissions:`.
 */
function rules({ spec }: LaunchInput): string {
  const words = (tool: string) => /^Bash\((.+?):?\*?\)$/.exec(tool)?.[1]?.trim().split(/\s+/);
  const rule = (pattern: readonly string[], decision: string) =>
    `prefix_rule(pattern = ${JSON.stringify(pattern)}, decision = "${decision}")\n`;
  const all = (tools: readonly string[], decision: string) =>
    tools.flatMap((tool) => {
      const pattern = words(tool);
      return pattern ? [rule(pattern, decision)] : [];
    });
  return [
    rule(['mcc'], 'allow'),
    ...all(spec.allowed_tools, 'allow'),
    ...all(spec.restricted_tools, 'forbidden'),
  ].join('');
}

const hooks = (input: LaunchInput) => ({
  hooks: Object.fromEntries(
    Object.entries(events).map(([event, timeout]) => [
      event,
      [{ hooks: [{ type: 'command', command: hookCommand(input), timeout }] }],
    ]),
  ),
});
