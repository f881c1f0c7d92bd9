import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claudeRules } from '../../src/agents/claude-rules.ts';
import { type Picture, type Reading, readScreen } from '../../src/agents/screen-rules.ts';
import { replay } from '../claude/rows.ts';

/** What each recorded screen must be read as, at every size and in every version: the rule's name, null for none. */
const expected: Record<string, string | null> = {
  fresh: 'composer',
  unfocused: 'composer',
  cleared: 'composer',
  draft: 'composer',
  'draft-cursor-first': 'composer',
  'draft-two-lines': 'composer',
  'draft-pasted': 'composer',
  'narrow-draft': 'composer',
  'bash-mode': 'composer',
  'history-search': 'composer',
  'after-turn': 'composer',
  'after-long-turn': 'composer',
  'after-refusal': 'composer',
  'after-ctrl-c': 'composer',
  narrow: 'composer',
  tiny: 'composer',
  refused: 'composer',
  interrupted: 'composer',
  'tool-interrupted': 'composer',
  'plan-mode': 'composer',
  'quoted-dialog': 'composer',
  'subagent-done': 'composer',
  compacted: 'composer',
  'error-limit': 'composer',
  'error-login': 'composer',
  'error-broken': 'composer',
  'error-credit': 'composer',
  // Nothing is said of what lies over the composer and is no dialog.
  'slash-menu': null,
  shortcuts: null,
  transcript: null,
  working: 'spinner',
  'working-draft': 'spinner',
  'working-queued': 'spinner',
  'waiting-for-model': 'spinner',
  'tool-runs': 'spinner',
  'api-retry': 'an API that fails',
  subagent: 'spinner',
  'subagent-later': 'subagents at work',
  'background-shell': 'background shell',
  'permission-bash': 'permission dialog',
  'permission-write': 'permission dialog',
  'permission-edit': 'permission dialog',
  'permission-fetch': 'permission dialog',
  'permission-pending': 'permission that waits while you type',
  question: 'question',
  questions: 'question',
  'questions-second': 'question',
  plan: 'plan approval',
  trust: 'trust dialog',
  'api-key': 'API key dialog',
  'model-picker': 'dialog',
  'settings-error': 'dialog',
  'corrupt-config': 'dialog',
  'command-resume': 'dialog',
  'command-permissions': 'dialog',
  'command-login': 'login dialog',
  'command-config': 'dialog',
  'command-mcp': 'dialog',
  'command-help': 'dialog',
  'command-hooks': 'dialog',
  'command-theme': 'dialog',
  'command-memory': 'dialog',
};

/** Where a version shows something else, or a narrow pane less. */
const otherwise: Record<string, string> = {
  // It opens its dialogs over a draft.
  '2.1.197 permission-pending': 'permission dialog',
  // The row that tells of it is broken in two.
  '2.1.197 api-retry 36': 'status line',
  // There a turn lasts as long as its subagents.
  '2.1.197 subagent-later': 'spinner',
};

const pictures = ['test/fixtures/claude', 'test/fixtures/claude-screens'].flatMap((folder) =>
  readdirSync(folder).flatMap((version) =>
    readdirSync(join(folder, version)).map((name) => ({ path: join(folder, version, name), version, name })),
  ),
);

async function pictureOf(path: string): Promise<Picture> {
  const [, cols, rows] = /(\d+)x(\d+)\.ansi$/.exec(path) ?? [];
  const bytes = readFileSync(path);
  const title = /\x1b\]0;([^\x07]*)\x07/.exec(bytes.toString('utf8'))?.[1] ?? '';
  const shown = await replay(bytes, Number(cols), Number(rows));
  return { rows: shown.map(({ cells }) => cells.join('')), title };
}

describe('the rules of Claude Code read', () => {
  test.each(pictures)('$version $name', async ({ path, version, name }) => {
    const [, state = '', cols = ''] = /^(.*)\.(\d+)x\d+\.ansi$/.exec(name) ?? [];
    const wanted =
      otherwise[`${version} ${state} ${cols}`] ?? otherwise[`${version} ${state}`] ?? expected[state];
    expect(wanted, `nothing is said of ${state} here`).not.toBeUndefined();
    const picture = await pictureOf(path);
    expect(readScreen(claudeRules, 'screen', picture, version)?.rule ?? null).toBe(wanted);
    if (picture.title === '') return;
    const works = ['spinner', 'an API that fails', 'status line', 'subagents at work'].includes(wanted ?? '');
    expect(readScreen(claudeRules, 'title', picture, version)?.status).toBe(works ? 'working' : undefined);
  });
});

const reading = async (version: string, name: string): Promise<Reading | null> => {
  const found = pictures.find((it) => it.version === version && it.name.startsWith(`${name}.100x`));
  if (!found) throw new Error(`no recording of ${name}`);
  return readScreen(claudeRules, 'screen', await pictureOf(found.path), version);
};

test.each(['2.1.197', '2.1.329'])(
  'dialogs of %s are told with tool, argument and answers',
  async (version) => {
    expect(await reading(version, 'permission-edit')).toMatchObject({
      reason: 'permission: Update app.txt',
      tool: 'Update',
      argument: 'app.txt',
      options: ['Yes', expect.stringMatching(/^Yes, /), 'No'],
    });
    expect(await reading(version, 'questions')).toMatchObject({
      reason: 'question: Which database?',
      options: ['SQLite', 'Postgres', 'Type something.', 'Chat about this'],
    });
    expect(await reading(version, 'plan')).toMatchObject({
      needs: 'plan',
      options: ['Yes, and use auto mode', 'Yes, manually approve edits', 'Tell Claude what to change'],
    });
  },
);

test('a limit’s dialog is told with the time at which it ends', () => {
  const rows = [
    '❯ go on',
    '  ⎿  You’ve hit your session limit · resets 3:30pm (Europe/Berlin)',
    '',
    '──────────────────────────────────────',
    ' What do you want to do?',
    '',
    ' ❯ 1. Stop and wait for limit to reset',
    '   2. Upgrade your plan',
    '',
    ' Enter to confirm · Esc to cancel',
  ];
  expect(readScreen(claudeRules, 'screen', { rows, title: '' })).toMatchObject({
    needs: 'limit',
    until: '3:30pm (Europe/Berlin)',
  });
});

test('every dialog that an answer quotes in full is prose as long as the composer is below it', async () => {
  const composer = ['─────── backend ──', '❯\u00a0', '──────────────────', '  ? for shortcuts'];
  let dialogs = 0;
  for (const { path, version } of pictures) {
    const { rows } = await pictureOf(path);
    const read = readScreen(claudeRules, 'screen', { rows, title: '' }, version);
    if (read?.status !== 'needs-you' || read.rule.includes('while you type')) continue;
    dialogs += 1;
    const quoted = rows.map((row) => `  ${row}`);
    for (const prose of [rows, quoted])
      expect(
        readScreen(claudeRules, 'screen', { rows: [...prose, ...composer], title: '' })?.rule,
        path,
      ).toBe('composer');
  }
  expect(dialogs).toBeGreaterThan(40);
});
