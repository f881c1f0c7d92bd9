import type { LaunchInput } from './define.ts';

/**
 * The environment of a session: an allow-list of the user's own, never a copy, so that tokens, TMUX, npm's additions
 * and markers of an outer session do not leak in. SSH_AUTH_SOCK is left out on purpose: it lets its holder act as the
 * user everywhere; `pass_env: [SSH_AUTH_SOCK]` gives it to an agent that needs it.
 */
const names = new Set([
  ...['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'COLORTERM', 'EDITOR', 'PAGER'],
  ...[
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'NODE_EXTRA_CA_CERTS',
    'REQUESTS_CA_BUNDLE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
  ],
  ...['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL'],
  // Where toolchains that PATH points into keep the rest of themselves.
  ...[
    'JAVA_HOME',
    'GOPATH',
    'GOROOT',
    'CARGO_HOME',
    'RUSTUP_HOME',
    'NVM_DIR',
    'PYENV_ROOT',
    'RBENV_ROOT',
    'VOLTA_HOME',
  ],
]);
const prefixes = ['LC_', 'XDG_'];
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
const loopback = '127.0.0.1,localhost,::1';

/**
 * Builds the environment of a session.
 * @param own further names (or prefixes ending in `*`) of the user's environment that this kind of program needs
 * @param fixed what the kind itself sets; like the MCC_ variables it wins over agents.yaml
 */
export function sessionEnvironment(
  input: LaunchInput,
  own: readonly string[] = [],
  fixed: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    ...ownEnvironment(input, own),
    ...fixed,
    ...input.leases,
    TERM: 'xterm-256color',
    PATH: [input.bin, ...userPath(input.environment)].join(':'),
    MCC_AGENT: input.agent,
    MCC_TOKEN: input.token,
    MCC_SESSION: input.session,
    MCC_ROOT: input.root,
    MCC_HOOK_URL: input.hookUrl,
  };
}

/** The environment of the set-up commands of an agent's worktree: that of its session, without what makes a session of it. */
export const setupEnvironment = (
  input: Pick<LaunchInput, 'spec' | 'environment' | 'leases'>,
): Record<string, string> => ({
  ...ownEnvironment(input),
  ...input.leases,
  PATH: userPath(input.environment).join(':'),
});

/** What of the user's environment, and of agents.yaml, an agent's programs see. */
function ownEnvironment(
  { spec, environment }: Pick<LaunchInput, 'spec' | 'environment'>,
  own: readonly string[] = [],
): Record<string, string> {
  const wanted = (name: string) =>
    names.has(name) ||
    prefixes.some((prefix) => name.startsWith(prefix)) ||
    spec.pass_env.includes(name) ||
    own.some((rule) => (rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : name === rule));
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0]),
  );
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(passed),
    ...proxyEnvironment(environment),
    ...spec.env,
  };
}

/** The user's PATH without the folders that npm and npx put in front when mcc itself was started through them. */
export function userPath(environment: LaunchInput['environment']): string[] {
  const path = (environment.PATH ?? '/usr/local/bin:/usr/bin:/bin')
    .split(':')
    .filter((entry) => entry !== '');
  const fromNpm = Object.keys(environment).some((name) => name.startsWith('npm_'));
  return fromNpm ? path.filter((entry) => !/\/node_modules\/\.bin$|\/node-gyp-bin$/.test(entry)) : path;
}

/** The user's proxies, with loopback excepted: a hook or tool call to mcc must not go out and come back. */
function proxyEnvironment(environment: LaunchInput['environment']): Record<string, string> {
  const found = proxies.flatMap((name) => {
    const value = environment[name];
    return value ? [[name, value]] : [];
  });
  if (found.length === 0) return {};
  const except = [environment.NO_PROXY ?? environment.no_proxy, loopback].filter(Boolean).join(',');
  return { ...Object.fromEntries(found), NO_PROXY: except, no_proxy: except };
}
