import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { replay } from '../claude/rows.ts';

const folder = 'test/fixtures/claude';

/** What each recorded screen must prove, by the state in its file's name. */
const expected: Record<string, unknown> = {
  fresh: 'empty',
  cleared: 'empty',
  'after-turn': 'empty',
  'after-long-turn': 'empty',
  'after-refusal': 'empty',
  'after-ctrl-c': 'empty',
  shortcuts: 'empty',
  narrow: 'empty',
  tiny: 'empty',
  // Somebody's turn is running: the composer is empty, and only the status says that this is no moment to type.
  working: 'empty',
  'working-queued': 'empty',
  draft: 'half a thought',
  'draft-cursor-first': 'half a thought',
  'draft-two-lines': 'half a thought\nand a second line',
  'draft-pasted': '[Pasted text #1 +5 lines]',
  'narrow-draft': 'a draft that is long enough to be wrapped at this\nwidth, surely',
  'working-draft': 'a draft beside the work',
  'slash-menu': '/',
  'bash-mode': '!',
  // The keyboard is elsewhere, or would be the next moment.
  'history-search': 'absent',
  unfocused: 'absent',
  'permission-bash': 'absent',
  'permission-write': 'absent',
  'permission-pending': 'absent',
  question: 'absent',
  'model-picker': 'absent',
  transcript: 'absent',
  trust: 'absent',
};

for (const version of readdirSync(folder)) {
  test(`the composer of Claude Code ${version} is told apart from drafts and dialogs`, async () => {
    const found: Record<string, unknown> = {};
    for (const name of readdirSync(join(folder, version))) {
      const [, state = '', cols, rows] = /^(.*)\.(\d+)x(\d+)\.ansi$/.exec(name) ?? [];
      const composer = claude.composer?.(
        await replay(readFileSync(join(folder, version, name)), Number(cols), Number(rows)),
      );
      found[state] = composer?.state === 'draft' ? composer.text : composer?.state;
    }
    expect(found).toEqual(expected);
  });
}
