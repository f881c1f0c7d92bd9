import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Team } from './team.ts';

const kind = `
command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(resolve('test/fixtures/bot.mjs'))}, --role, '{role}']
model: [--model, '{model}']
resume: [--continue]
pass_env: [BOT_*]
env: { BOT_LOG: '{root}/.mcc/bot.log' }
screen:
  - name: dialog
    all: ['^Run (?<argument>.+)\\?$', '^\\[y/n\\]']
    bottom: 1
    status: needs-you
    needs: permission
    reason: 'permission: {argument}'
  - { name: prompt, all: ['^bot>( |$)'], bottom: 1, status: idle }
composer: { prompt: '^bot> ' }
`;
const spec = { agents: { helper: { kind: 'bot', model: 'small' } } };
const screens = {
  'kinds/bot/screens/idle+empty.txt': 'bot 1.0\nbot> ',
  'kinds/bot/screens/idle+draft-half.txt': 'bot 1.0\nbot> half a thought',
  'kinds/bot/screens/needs-you-command.txt': 'bot> ask fire\nRun fire?\n[y/n] ',
  'kinds/bot/screens/idle+empty-quoted.txt': 'It would say:\nRun fire?\n[y/n] and wait.\nbot> ',
};

test('a kind that the project describes itself is started, typed into where its composer is empty, and resumed', async () => {
  const team = new Team(spec, { 'kinds/bot.yaml': kind });
  await team.serve();
  const log = () => {
    const path = join(team.root, '.mcc/bot.log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const id = await team.send('helper', 'write made.txt');
  await team.until('the message arrived', () => team.state.posts[id]?.receipt === 'accepted');
  await team.until('the line', () => log().includes('write made.txt'));
  expect(readFileSync(join(team.root, 'worktrees/helper/made.txt'), 'utf8')).toBe('by the bot\n');
  expect(log()).toMatch(/^args --role .*role\.md --model small\n/);
  await team.command('agent', 'restart', 'helper');
  await team.until('a second start', () => /^args .*--continue/m.test(log()));
});

test('mcc check tries the rules of a project’s own kind on its recorded screens, and says which failed and why', async () => {
  const good = new Team(spec, { 'kinds/bot.yaml': kind, ...screens });
  const { code, out, err: none } = await good.mcc('check');
  expect(none).toBe('');
  expect([code, out]).toEqual([0, expect.stringContaining('kinds of your own: bot; recorded screens: 4')]);
  const bad = new Team(spec, {
    'kinds/bot.yaml': kind,
    'kinds/bot/screens/working.txt': 'bot> ',
    'kinds/bot/screens/idle+empty.txt': 'bot> a draft',
    'kinds/bot/screens/idle.txt': 'thinking',
    'kinds/bot/screens/happy.txt': 'bot> ',
  });
  const { code: refused, err } = await bad.mcc('check');
  expect(refused).toBe(2);
  expect(err).toContain('kinds/bot/screens/working.txt: expected working; read idle by the rule "prompt"');
  expect(err).toContain('idle+empty.txt: expected a composer that is empty; it is draft: "a draft"');
  expect(err).toContain('kinds/bot/screens/idle.txt: expected idle; no rule fits');
  expect(err).toContain('kinds/bot/screens/happy.txt: its name must begin with a status: ');
});

test('a mistake in the file of a kind is told with its place', async () => {
  const team = new Team(spec, {
    'kinds/bot.yaml': "command: [bot]\nscreen:\n  - { name: x, all: ['('], status: idel }\nsubmti: enter\n",
  });
  const { code, err } = await team.mcc('check');
  expect(code).toBe(2);
  expect(err).toMatch(
    /kinds\/bot\.yaml:3:\d+: screen\.0\.all\.0: expected a regular expression of JavaScript/,
  );
  expect(err).toMatch(
    /kinds\/bot\.yaml:3:\d+: screen\.0\.status: expected one of .*\(did you mean `idle`\?\)/,
  );
  expect(err).toContain('kinds/bot.yaml:4:1: unknown key `submti` (did you mean `submit`?)');
  const named = new Team(spec, { 'kinds/codex.yaml': 'command: [x]\n' });
  expect((await named.mcc('check')).err).toContain('mcc itself has a kind `codex`: choose another name');
});
