import type { LaunchInput } from './define.ts';

/** Variables by which the CLI is logged in: the key, a bearer, and the token of `claude setup-token`. */
export const loginVariables = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
] as const;

/**
 * The user's environment as an agent with a login of its own sees it: none of the user's logins, and the one variable that
 * `auth:` names, where it names one. Unchanged for an agent that uses the user's login.
 */
export function loginEnvironment({
  environment,
  spec,
}: Pick<LaunchInput, 'environment' | 'spec'>): LaunchInput['environment'] {
  const { auth } = spec;
  if (!auth) return environment;
  const others = Object.entries(environment).filter(
    ([name]) => !loginVariables.some((variable) => variable === name),
  );
  const key = auth.env === undefined ? undefined : environment[auth.env];
  return { ...Object.fromEntries(others), ...(key && { [auth.as]: key }) };
}
