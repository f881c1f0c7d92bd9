import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Kind, kinds } from '../../src/agents/index.ts';
import { readScreen } from '../../src/agents/screen-rules.ts';
import { rowsOf } from '../../src/supervisor/terminal.ts';
import { readRecorded } from '../../src/term/recorded.ts';

const folder = 'test/agents/screens';

/** What a recorded screen must prove, by its name: the status it begins with, and what its composer holds. */
const drafts: Record<string, string> = {
  draft: 'half a thought',
  'draft-cursor-inside': 'half a thought',
  'draft-two-lines': 'one\ntwo, which follows',
  'working-draft': 'a draft beside',
};

const kindOf = (name: string): Kind | undefined =>
  Object.values<Kind>(kinds).find((kind) => kind.name === name);

for (const name of readdirSync(folder)) {
  const kind = kindOf(name);
  if (!kind?.verified || name === 'claude') continue;
  for (const file of readdirSync(join(folder, name))) {
    const state = file.replace(/\.txt$/, '');
    test(`${name} ${kind.verified}: the screen "${state}" is read right`, () => {
      const screen = readRecorded(readFileSync(join(folder, name, file), 'utf8'));
      const picture = { rows: screen.text(), title: screen.title };
      const composer = kind.composer?.(rowsOf(screen), screen.cursor);
      const reading = readScreen(kind.screenRules ?? [], 'screen', picture);
      screen.dispose();
      const draft = drafts[state];
      if (draft !== undefined) expect(composer).toEqual({ state: 'draft', text: draft });
      else if (state === 'draft-menu') expect(composer?.state).toBe('draft');
      // Somebody's turn may be running: the composer is empty then too, and only the status says that it is no moment to type.
      else expect(composer).toEqual({ state: state.startsWith('needs') ? 'absent' : 'empty' });
      const status = state.startsWith('draft') ? 'idle' : state.split('-')[0];
      if (state === 'draft-menu') return;
      // Of its idle sessions opencode's plugin tells alone.
      if (name === 'opencode' && status === 'idle' && !['idle-fresh', 'idle-cleared'].includes(state))
        return expect(reading).toBeNull();
      expect(reading?.status).toBe(status === 'needs' ? 'needs-you' : status);
      if (state === 'needs-login') expect(reading?.needs).toBe('login');
      if (state === 'needs-permission')
        expect(reading).toMatchObject({ needs: 'permission', argument: 'touch made-by-agent' });
    });
  }
}
