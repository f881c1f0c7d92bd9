import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Fact } from '../../src/core/event.ts';
import { reduce } from '../../src/core/reduce.ts';
import type { State } from '../../src/core/state.ts';
import { keepNotices, noticeCommand } from '../../src/supervisor/notices.ts';
import type { Project } from '../../src/supervisor/project.ts';
import { fold, stamp, started } from '../tui/team.ts';
import { folder } from './team.ts';

/** As much of a project as notices look at, in a folder of its own. */
function given(notify: string | string[] | undefined) {
  const root = folder();
  const supervisor: { state: State } = { state: fold(started) };
  const noted: string[] = [];
  const project = {
    ...{ root, supervisor, team: { notify }, environment: process.env },
    ending: new AbortController().signal,
    note: (_level: string, text: string) => noted.push(text),
  } as unknown as Project;
  const notices = keepNotices(project);
  return {
    root,
    noted,
    file: join(root, 'told'),
    happens(fact: Fact) {
      supervisor.state = reduce(supervisor.state, stamp(fact, supervisor.state.seq + 1));
      notices.told();
    },
  };
}

const asks = (agent: string, reason: string): Fact => ({
  ...{ type: 'agent.reported', agent, source: 'hook', status: 'needs-you', reason },
});
const works = (agent: string): Fact => ({ type: 'agent.reported', agent, source: 'hook', status: 'working' });

test('the command of the person runs once for each thing that comes to need them', async () => {
  const { happens, file } = given('printf "%s\\n" "$1" >> told');
  happens(asks('backend', 'needed before the first look'));
  happens(asks('tester', 'may it run `npm test`; $(touch owned)?'));
  happens(works('frontend'));
  happens(asks('frontend', 'a plan'));
  await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').split('\n').length > 2, 20_000);
  expect(readFileSync(file, 'utf8')).toBe(
    'tester needs you: may it run `npm test`; $(touch owned)?\nfrontend needs you: a plan\n',
  );
});

test('a list runs without a shell, and a command that is missing or fails is noted', async () => {
  const one = given(['sh', '-c', 'printf %s "$1" > told', 'mcc']);
  one.happens(works('backend'));
  one.happens(asks('backend', 'a plan'));
  await vi.waitUntil(() => existsSync(one.file) && readFileSync(one.file, 'utf8') !== '', 20_000);
  expect(readFileSync(one.file, 'utf8')).toBe('backend needs you: a plan');
  for (const [notify, said] of [
    ['exit 3', 'the notify command failed'],
    [['./not-there'], 'the notify command could not be started'],
  ] as const) {
    const { happens, noted } = given(typeof notify === 'string' ? notify : [...notify]);
    happens(works('backend'));
    happens(asks('backend', 'a plan'));
    await vi.waitUntil(() => noted.length > 0, 20_000);
    expect(noted).toEqual([said]);
  }
});

test('without a command nothing is run', () => {
  const { happens, noted } = given(undefined);
  happens(asks('backend', 'a plan'));
  expect(noted).toEqual([]);
});

test('the desktop is told by what the system has for it, and never by a text that is a script', () => {
  const command = (platform: NodeJS.Platform) =>
    noticeCommand('desktop', 'mcc shop', '"; rm -rf /', platform);
  expect(command('linux')).toEqual(['notify-send', '--app-name=mcc', '--', 'mcc shop', '"; rm -rf /']);
  expect(command('darwin').slice(-2)).toEqual(['mcc shop', '"; rm -rf /']);
  expect(command('darwin')[2]).not.toContain('rm');
});
