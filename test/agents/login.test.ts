import { expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { agentSchema } from '../../src/core/team.ts';
import { given } from './given.ts';

const environment = {
  PATH: '/usr/bin',
  ANTHROPIC_API_KEY: 'key of the user',
  CLAUDE_CODE_OAUTH_TOKEN: 'token of the user',
  ANTHROPIC_BASE_URL: 'https://gateway.example.org',
  WORK_KEY: 'a-key-for-work-alone-0123456789',
};
const launched = (auth?: object) => {
  const spec = agentSchema.parse({ ...(auth && { auth }), pass_env: ['ANTHROPIC_API_KEY'] });
  const launch = claude.launch(given({ environment, spec }));
  const file = (end: string) => JSON.parse(launch.files.find(({ path }) => path.endsWith(end))?.text ?? '{}');
  return { env: launch.env, settings: file('/settings.json'), seed: file('/.claude.json'), launch };
};

test('without auth an agent has the login of the user', () => {
  const { env } = launched();
  expect(env).toMatchObject({
    ANTHROPIC_API_KEY: 'key of the user',
    CLAUDE_CODE_OAUTH_TOKEN: 'token of the user',
    CLAUDE_SECURESTORAGE_CONFIG_DIR: '',
  });
});

test('with auth it has its own and nothing of the user’s, at the same endpoint', () => {
  const { env, seed } = launched({ env: 'WORK_KEY' });
  expect(env.ANTHROPIC_API_KEY).toBe(environment.WORK_KEY);
  expect(env.ANTHROPIC_BASE_URL).toBe(environment.ANTHROPIC_BASE_URL);
  for (const name of ['WORK_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_SECURESTORAGE_CONFIG_DIR'])
    expect(env).not.toHaveProperty(name);
  expect(seed.customApiKeyResponses.approved).toEqual([environment.WORK_KEY.slice(-20)]);

  const token = launched({ env: 'WORK_KEY', as: 'CLAUDE_CODE_OAUTH_TOKEN' });
  expect(token.env.CLAUDE_CODE_OAUTH_TOKEN).toBe(environment.WORK_KEY);
  expect(token.env).not.toHaveProperty('ANTHROPIC_API_KEY');

  const helped = launched({ helper: 'pass show work' });
  expect(helped.settings.apiKeyHelper).toBe('pass show work');
  for (const login of [helped, launched({})]) {
    expect(JSON.stringify(login.launch)).not.toMatch(/of the user|WORK_KEY/);
    expect(login.seed).not.toHaveProperty('customApiKeyResponses');
  }
});
