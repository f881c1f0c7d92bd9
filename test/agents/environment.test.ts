import { expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { shell } from '../../src/agents/shell.ts';
import { given } from './given.ts';

const user = {
  PATH: '/home/me/project/node_modules/.bin:/usr/lib/node_modules/npm/node-gyp-bin:/home/me/bin:/usr/bin',
  HOME: '/home/me',
  LC_ALL: 'de_DE.UTF-8',
  XDG_RUNTIME_DIR: '/run/user/1000',
  TMUX: '/tmp/tmux-1000/default,1,0',
  TERM: 'screen',
  TERM_PROGRAM: 'tmux',
  CLAUDECODE: '1',
  CLAUDE_CODE_ENTRYPOINT: 'cli',
  CLAUDE_CODE_MESSAGING_TOKEN: 'x',
  SSH_AUTH_SOCK: '/run/ssh',
  GITHUB_TOKEN: 'secret',
  ANTHROPIC_API_KEY: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  npm_config_registry: 'x',
  npm_lifecycle_event: 'npx',
};

test('a session sees an allow-list of the user’s environment, and mcc’s own variables', () => {
  expect(shell.launch(given({ environment: user })).env).toEqual({
    HOME: '/home/me',
    LANG: 'C.UTF-8',
    LC_ALL: 'de_DE.UTF-8',
    XDG_RUNTIME_DIR: '/run/user/1000',
    TERM: 'xterm-256color',
    PATH: '/repo/.mcc/run/bin:/home/me/bin:/usr/bin',
    MCC_AGENT: 'backend',
    MCC_TOKEN: 'token-of-backend',
    MCC_SESSION: 'aaaaaaaa-0000-4000-8000-000000000000',
    MCC_ROOT: '/repo',
    MCC_HOOK_URL: 'http://127.0.0.1:4567/secret-path',
  });
});

test('only claude gets the login of claude, and a cloud’s keys only where that cloud is chosen', () => {
  const env = claude.launch(given({ environment: user })).env;
  expect(env.ANTHROPIC_API_KEY).toBe('key');
  expect(env.AWS_SECRET_ACCESS_KEY).toBeUndefined();
  expect(Object.keys(env).filter((name) => /CLAUDECODE|ENTRYPOINT|MESSAGING/.test(name))).toEqual([]);
  const bedrock = claude.launch(given({ environment: { ...user, CLAUDE_CODE_USE_BEDROCK: '1' } })).env;
  expect(bedrock.AWS_SECRET_ACCESS_KEY).toBe('secret');
});

test('agents.yaml adds variables and passes named ones, but never poses as another agent', () => {
  const agents = {
    architect: {},
    backend: {
      env: { DEBUG: '1', MCC_AGENT: 'architect', CLAUDE_CONFIG_DIR: '/x' },
      pass_env: ['GITHUB_TOKEN'],
    },
  };
  const env = claude.launch(given({ environment: user, agents })).env;
  expect(env).toMatchObject({ DEBUG: '1', GITHUB_TOKEN: 'secret', MCC_AGENT: 'backend' });
  expect(env.CLAUDE_CONFIG_DIR).toBe('/repo/.mcc/sessions/backend/config');
});

test('the user’s proxies are passed with loopback excepted', () => {
  const environment = { HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'intra' };
  expect(shell.launch(given({ environment })).env).toMatchObject({
    HTTPS_PROXY: 'http://proxy:3128',
    NO_PROXY: 'intra,127.0.0.1,localhost,::1',
    no_proxy: 'intra,127.0.0.1,localhost,::1',
  });
});

test('without npm around it, the user’s PATH is taken as it is', () => {
  const environment = { PATH: '/project/node_modules/.bin:/usr/bin' };
  expect(shell.launch(given({ environment })).env.PATH).toBe(
    '/repo/.mcc/run/bin:/project/node_modules/.bin:/usr/bin',
  );
});
