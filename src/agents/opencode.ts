import { isolationOf } from '../core/isolation.ts';
import type { Kind, Launch, LaunchInput } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { hookReport } from './hooks.ts';
import { opencodePlugin } from './opencode-plugin.ts';
import { opencodeRules } from './opencode-rules.ts';
import { opencodeComposer } from './opencode-screen.ts';
import { rolePrompt } from './role.ts';
import { typedPieces } from './typing.ts';

/**
 * opencode, interactive. Measured on 1.18.33 (test/kinds): a plugin of mcc's in a configuration of the agent's
 * own speaks for it (opencode-plugin.ts), its conversations lie in a database of the agent's own, and the
 * user's providers and login stay where they are.
 */
export const opencode: Kind = {
  name: 'opencode',
  program: 'opencode',
  verified: '1.18.33',
  install: 'npm install -g opencode-ai',
  launch,
  hook: hookReport,
  conversations: { folder: 'conversations', holds: (file, conversation) => file === `${conversation}.jsonl` },
  screenRules: opencodeRules,
  composer: opencodeComposer,
  // A third of its terminal, and six where that is more.
  composerRows: 6,
  typing: (text) => typedPieces(text, { lineFeed: '\n', guard: /^(?=[/!@])/ }),
  submit: '\r',
  interrupt: '\x1b',
  // The first only asks whether it is meant; both at once would be another key (measured).
  interruptPresses: 2,
};

function launch(input: LaunchInput): Launch {
  const { spec, config, folder, resume, conversation } = input;
  const [file, ...first] = spec.command ?? ['opencode'];
  const isIsolated = isolationOf(input.team, input.agent) !== 'none';
  const data = input.environment.XDG_DATA_HOME || `${input.environment.HOME ?? ''}/.local/share`;
  return {
    file: file ?? 'opencode',
    args: [
      ...first,
      ...(resume ? ['--session', conversation] : []),
      ...(spec.model ? ['--model', spec.model] : []),
      ...spec.args,
    ],
    env: sessionEnvironment(
      input,
      [
        'OPENCODE_API_KEY',
        'OPENCODE_AUTH_CONTENT',
        'OPENAI_*',
        'ANTHROPIC_*',
        'GEMINI_API_KEY',
        'OPENROUTER_*',
      ],
      {
        // A file, not a directory: in one of those it installs packages from npm at each start (measured: 13 s).
        OPENCODE_CONFIG: `${config}/opencode.json`,
        OPENCODE_DB: `${config}/opencode.db`,
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_SHARE: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
        // The mouse stays mcc's.
        OPENCODE_DISABLE_MOUSE: '1',
        ...(isIsolated ? ownFolders(config) : {}),
      },
    ),
    files: [
      {
        path: `${config}/opencode.json`,
        text: `${JSON.stringify(settings(input), null, 2)}\n`,
        mode: 0o600,
      },
      { path: `${config}/mcc.js`, text: opencodePlugin, mode: 0o600 },
      { path: `${folder}/role.md`, text: rolePrompt(input), mode: 0o600 },
    ],
    ...(isIsolated
      ? { links: [{ path: `${config}/data/opencode/auth.json`, to: `${data}/opencode/auth.json` }] }
      : {}),
  };
}

/** It writes its log, state and cache below these; in a sandbox the home directory cannot be written. */
const ownFolders = (config: string) => ({
  XDG_DATA_HOME: `${config}/data`,
  XDG_STATE_HOME: `${config}/state`,
  XDG_CACHE_HOME: `${config}/cache`,
});

function settings(input: LaunchInput): object {
  const { bin, config, folder, spec } = input;
  return {
    $schema: 'https://opencode.ai/config.json',
    autoupdate: false,
    share: 'disabled',
    instructions: [`${folder}/role.md`],
    mcp: {
      ...spec.mcp_servers,
      mcc: { type: 'local', command: [`${bin}/mcc`, 'mcp'], enabled: true },
    },
    plugin: [`file://${encodeURI(config)}/mcc.js`],
    permission: permission(input),
  };
}

/** Its own rules: the last pattern that fits wins, so what agents.yaml allows and denies comes after the mode's. */
function permission({ spec }: LaunchInput): object {
  const [edit, bash] = (
    {
      default: ['ask', 'ask'],
      acceptEdits: ['allow', 'ask'],
      plan: ['deny', 'ask'],
      dontAsk: ['deny', 'deny'],
      bypassPermissions: ['allow', 'allow'],
    } as const
  )[spec.permission_mode];
  const commands = (tools: readonly string[], answer: string) =>
    Object.fromEntries(
      tools.flatMap((tool) => {
        const inner = /^Bash\((.*)\)$/.exec(tool)?.[1];
        return inner === undefined ? [] : [[inner.replace(/:?\*$/, '*'), answer]];
      }),
    );
  const others = (tools: readonly string[], answer: string) =>
    Object.fromEntries(
      tools.filter((tool) => !tool.includes('(')).map((tool) => [tool.toLowerCase(), answer]),
    );
  return {
    edit,
    webfetch: bash,
    external_directory: bash,
    ...others(spec.allowed_tools, 'allow'),
    ...others(spec.restricted_tools, 'deny'),
    bash: {
      '*': bash,
      'mcc *': 'allow',
      ...commands(spec.allowed_tools, 'allow'),
      ...commands(spec.restricted_tools, 'deny'),
    },
  };
}
