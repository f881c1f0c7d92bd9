import { loginEnvironment } from './claude-login.ts';
import { claudeRules } from './claude-rules.ts';
import { composer, typing } from './claude-screen.ts';
import { isResumable, sessionFileReport } from './claude-session.ts';
import { claudeSettings, sessionStartScript } from './claude-settings.ts';
import type { Kind, Launch, LaunchFile, LaunchInput } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { hookReport } from './hooks.ts';
import { rolePrompt } from './role.ts';

/**
 * Claude Code, interactive. Each choice here was measured on 2.1.197 and 2.1.329; test/claude measures it again on
 * whatever version it is given.
 */
export const claude: Kind = {
  name: 'claude',
  program: 'claude',
  verified: '2.1.329',
  install: 'npm install -g @anthropic-ai/claude-code',
  launch,
  hook: hookReport,
  sessionFile: sessionFileReport,
  conversations: { folder: 'projects', holds: (file, conversation) => file === `${conversation}.jsonl` },
  screenRules: claudeRules,
  isResumable,
  composer,
  focus: '\x1b[I',
  typing,
  submit: '\r',
  interrupt: '\x1b',
};

function launch(given: LaunchInput): Launch {
  const input = { ...given, environment: loginEnvironment(given) };
  const [file, ...first] = input.spec.command ?? ['claude'];
  return {
    file: file ?? 'claude',
    args: [...first, ...flags(input)],
    env: sessionEnvironment(input, ownNames(input.environment), fixedEnvironment(input)),
    files: files(input),
  };
}

/** Ends with a flag that takes one value: `--mcp-config` takes as many as follow. */
function flags({ agent, spec, conversation, resume, folder }: LaunchInput): string[] {
  return [
    ...(resume ? ['--resume', conversation] : ['--session-id', conversation]),
    '--strict-mcp-config',
    ...['--mcp-config', `${folder}/mcp.json`],
    ...['--settings', `${folder}/settings.json`],
    ...['--append-system-prompt-file', `${folder}/role.md`],
    ...['--permission-mode', spec.permission_mode],
    ...(spec.model ? ['--model', spec.model] : []),
    ...spec.args,
    ...['--name', agent],
  ];
}

function files(input: LaunchInput): LaunchFile[] {
  const { folder, config, bin, spec } = input;
  const json = (path: string, value: unknown): LaunchFile => ({
    path,
    text: `${JSON.stringify(value, null, 2)}\n`,
    mode: 0o600,
  });
  return [
    { ...json(`${config}/.claude.json`, seed(input)), once: true },
    json(`${folder}/settings.json`, claudeSettings(input)),
    json(`${folder}/mcp.json`, {
      // Its tools are always in the model's list: newer versions put others behind a tool search.
      mcpServers: {
        ...spec.mcp_servers,
        mcc: { type: 'stdio', command: `${bin}/mcc`, args: ['mcp'], alwaysLoad: true },
      },
    }),
    { path: `${folder}/role.md`, text: rolePrompt(input), mode: 0o600 },
    { path: `${folder}/session-start.sh`, text: sessionStartScript(input), mode: 0o700 },
  ];
}

/**
 * The CLI's own state, as if its first-run questions had been answered: onboarding, the use of this API key, and trust
 * in this repository, in which the user ran `mcc up`. The project's key is the main checkout for all its worktrees.
 */
function seed({ environment, root }: LaunchInput) {
  const key = environment.ANTHROPIC_API_KEY;
  return {
    hasCompletedOnboarding: true,
    hasAcknowledgedCostThreshold: true,
    resumeReturnDismissed: true,
    ...(key && { customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] } }),
    projects: {
      [root]: {
        hasTrustDialogAccepted: true,
        hasClaudeMdExternalIncludesApproved: true,
        hasClaudeMdExternalIncludesWarningShown: true,
      },
    },
  };
}

/** The CLI's login, endpoint and limits as the user has them; clouds' credentials only where the user chose that cloud. */
function ownNames(environment: LaunchInput['environment']): string[] {
  return [
    'ANTHROPIC_*',
    ...[
      'CLAUDE_CODE_OAUTH_TOKEN',
      'CLAUDE_CODE_USE_*',
      'CLAUDE_CODE_SKIP_*',
      'CLAUDE_CODE_MAX_*',
      'CLAUDE_CODE_CLIENT_*',
    ],
    ...[
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
      'CLAUDE_CODE_SUBAGENT_MODEL',
      'CLAUDE_CODE_API_KEY_HELPER_TTL_MS',
    ],
    ...[
      'DISABLE_TELEMETRY',
      'DISABLE_ERROR_REPORTING',
      'API_TIMEOUT_MS',
      'MAX_THINKING_TOKENS',
      'ENABLE_TOOL_SEARCH',
    ],
    ...(environment.CLAUDE_CODE_USE_BEDROCK ? ['AWS_*'] : []),
    ...(environment.CLAUDE_CODE_USE_VERTEX
      ? ['GOOGLE_*', 'CLOUD_ML_REGION', 'VERTEX_*', 'GCLOUD_PROJECT']
      : []),
  ];
}

function fixedEnvironment({ config, tmp, spec, isRoot }: LaunchInput): Record<string, string> {
  return {
    CLAUDE_CONFIG_DIR: config,
    // The agent's configuration directory is its own, the login stays the user's unless it has one of its own.
    ...(spec.auth ? {} : { CLAUDE_SECURESTORAGE_CONFIG_DIR: '' }),
    // Its temporary files and sockets; where the path is too long for a socket it would fall back to /tmp.
    CLAUDE_CODE_TMPDIR: tmp,
    // The main buffer, so that a pane's scrollback is the conversation, and the mouse stays mcc's.
    CLAUDE_CODE_NO_FLICKER: '0',
    CLAUDE_CODE_DISABLE_MOUSE: '1',
    CLAUDE_CODE_STOP_HOOK_BLOCK_CAP: '100000',
    // Its memory folder belongs to the main checkout, where every agent would write into the same one.
    CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
    CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY: '1',
    DISABLE_AUTOUPDATER: '1',
    // Without it the CLI refuses bypass mode for root.
    ...(isRoot && spec.permission_mode === 'bypassPermissions' ? { IS_SANDBOX: '1' } : {}),
  };
}
