import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Variables by which Claude Code gets its credentials, or goes to a cloud that has its own. */
const variables = [
  ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  ...['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'],
];

/**
 * Whether Claude Code will find a login: in the environment, in its own store (a file; on macOS the keychain), or by
 * what the user's settings say of a key helper or a cloud. Reads only, and no secret leaves this function.
 */
export async function hasClaudeLogin(env: Env): Promise<boolean> {
  if (variables.some((name) => env[name])) return true;
  const folder = env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), '.claude');
  const text = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
  const [credentials, settings] = await Promise.all([text('.credentials.json'), text('settings.json')]);
  if (credentials.trim() !== '') return true;
  if (/"apiKeyHelper"/.test(settings) || variables.some((name) => settings.includes(`"${name}"`)))
    return true;
  if (process.platform !== 'darwin') return false;
  const { HOME = homedir(), PATH = '/usr/bin' } = env;
  const asked = ['find-generic-password', '-s', 'Claude Code-credentials'];
  const found = await runProgram('security', asked, { cwd: '/', env: { HOME, PATH } }).catch(() => null);
  return found?.code === 0;
}
