import type { Kind, Launch, LaunchInput } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { geminiHook } from './gemini-hooks.ts';
import { geminiRules } from './gemini-rules.ts';
import { geminiComposer } from './gemini-screen.ts';
import { hookCommand } from './post.ts';
import { rolePrompt } from './role.ts';
import { toml } from './toml.ts';
import { typedPieces } from './typing.ts';

/**
 * Google's Gemini CLI, interactive. Measured on 0.61.0 (test/kinds): its hooks are commands with names of their own
 * (gemini-hooks.ts); Esc brings none, which the screen tells. Its home is the agent's own; the user's login is linked
 * into it.
 */
export const gemini: Kind = {
  name: 'gemini',
  program: 'gemini',
  verified: '0.61.0',
  install: 'npm install -g @google/gemini-cli',
  launch,
  hook: geminiHook,
  conversations: {
    folder: '.gemini/tmp',
    // A file's name has only the first part of the id; what resumes it is the whole.
    holds: (file, conversation) =>
      file.startsWith('session-') && file.endsWith(`-${conversation.slice(0, 8)}.jsonl`),
  },
  screenRules: geminiRules,
  composer: geminiComposer,
  composerRows: 10,
  // Measured: a `?` anywhere in what it reads while its composer is still empty opens its help and is lost.
  typing: (text) => typedPieces(text, { lineFeed: '\n', guard: /^(?=[/!?@])/, firstAlone: true }),
  submit: '\r',
  interrupt: '\x1b',
};

/** Milliseconds that a hook may take. */
const hookMs = 30_000;
const events = [
  ...['SessionStart', 'SessionEnd', 'BeforeAgent', 'AfterAgent'],
  ...['BeforeTool', 'AfterTool', 'Notification', 'PreCompress'],
];

function launch(input: LaunchInput): Launch {
  const { spec, config, resume, conversation, environment } = input;
  const [file, ...first] = spec.command ?? ['gemini'];
  const folder = `${config}/.gemini`;
  const own = `${environment.GEMINI_CLI_HOME || (environment.HOME ?? '')}/.gemini`;
  const login = ['oauth_creds.json', 'google_accounts.json', 'gemini-credentials.json'];
  return {
    file: file ?? 'gemini',
    args: [
      ...first,
      '--skip-trust',
      ...(resume ? ['--resume', conversation] : ['--session-id', conversation]),
      ...['--approval-mode', approval[spec.permission_mode]],
      ...(spec.model ? ['--model', spec.model] : []),
      ...spec.args,
    ],
    env: sessionEnvironment(
      input,
      ['GEMINI_API_KEY', 'GEMINI_MODEL', 'GOOGLE_*', 'CLOUD_ML_REGION', 'CODE_ASSIST_ENDPOINT'],
      {
        GEMINI_CLI_HOME: config,
        // Its composer is told by the bands around it, which it draws in true colour alone.
        COLORTERM: 'truecolor',
      },
    ),
    files: [
      {
        path: `${folder}/settings.json`,
        text: `${JSON.stringify(settings(input), null, 2)}\n`,
        mode: 0o600,
      },
      { path: `${folder}/policies/mcc.toml`, text: policies(input), mode: 0o600 },
      { path: `${folder}/GEMINI.md`, text: rolePrompt(input), mode: 0o600 },
    ],
    links: login.map((name) => ({ path: `${folder}/${name}`, to: `${own}/${name}` })),
  };
}

/** It has no mode that denies instead of asking. */
const approval = {
  default: 'default',
  acceptEdits: 'auto_edit',
  plan: 'plan',
  dontAsk: 'default',
  bypassPermissions: 'yolo',
};

function settings(input: LaunchInput): object {
  const { bin, spec, environment } = input;
  const hook = [{ hooks: [{ type: 'command', name: 'mcc', command: hookCommand(input), timeout: hookMs }] }];
  const passed = ['MCC_AGENT', 'MCC_TOKEN', 'MCC_SESSION', 'MCC_ROOT'];
  return {
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    security: { auth: { selectedType: authType(environment) } },
    ui: { hideTips: true, hideBanner: true },
    hooksConfig: { enabled: true, notifications: false },
    hooks: Object.fromEntries(events.map((event) => [event, hook])),
    mcpServers: {
      ...spec.mcp_servers,
      mcc: {
        command: `${bin}/mcc`,
        args: ['mcp'],
        env: Object.fromEntries(passed.map((name) => [name, `$${name}`])),
        trust: true,
      },
    },
  };
}

/** How it logs in, as the environment suggests; without this it would ask. */
function authType(environment: LaunchInput['environment']): string {
  if (environment.GEMINI_API_KEY) return 'gemini-api-key';
  return environment.GOOGLE_GENAI_USE_VERTEXAI || environment.GOOGLE_API_KEY ? 'vertex-ai' : 'oauth-personal';
}

/** Its policy engine's rules: what agents.yaml allows and restricts; talking to mcc never asks. */
function policies({ spec }: LaunchInput): string {
  const rule = (tool: string, decision: string, priority: number) => {
    const [, name = tool, inner] = /^(\w+)(?:\((.*?):?\*?\))?$/.exec(tool) ?? [];
    const table = {
      toolName: name === 'Bash' ? 'run_shell_command' : name,
      ...(inner ? { commandPrefix: inner.trim() } : {}),
      decision,
      priority,
    };
    return `[[rule]]\n${toml(table)}`;
  };
  return [
    rule('Bash(mcc:*)', 'allow', 500),
    ...spec.allowed_tools.map((tool) => rule(tool, 'allow', 400)),
    ...spec.restricted_tools.map((tool) => rule(tool, 'deny', 900)),
  ].join('\n');
}
