import { describe, expect, test } from 'vitest';
import { memorize, recall } from '../../src/tui/memory.ts';
import { initialUi } from '../../src/tui/ui.ts';
import { Person } from './stage.ts';
import { fold, started } from './team.ts';

/** Panes and their sizes, in reading order. */
const panes = ({ view }: Person) =>
  view.panes.map((pane) => `${'agent' in pane ? pane.agent : pane.pane} ${pane.rect.cols}×${pane.rect.rows}`);

const remembers = (person: Person) => person.effects.some((effect) => effect.type === 'remember');

describe('splitting', () => {
  test('asks what to show, and the new pane has the focus', () => {
    const person = new Person({ cols: 200, rows: 50, layout: 'stack' });
    person.press('^ |');
    expect(person.ui.mode).toMatchObject({ type: 'palette', line: { text: 'pane split right ' } });
    person.press('"tes" tab enter');
    expect(person.at).toBe('tester');
    expect(remembers(person)).toBe(true);
    expect(panes(person)).toEqual(['architect 72×48', 'tester 72×48', 'board 56×37', 'attention 56×12']);
    expect(person.view.arrangement.strip?.agents).toEqual(['backend', 'frontend']);
  });

  test('moves a pane that is in view already, lists as well', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ : "pane split down log" enter');
    expect(panes(person)).toContain('log 70×12');
    expect(panes(person).filter((pane) => pane.startsWith('log'))).toHaveLength(1);
  });

  test('is refused where a terminal would get too small, and for what is no pane', () => {
    const person = new Person({ cols: 80, rows: 30 });
    person.press('^ : "pane split right tester" enter');
    expect(person.ui.toast?.text).toBe('there is no room: a terminal needs 42×12');
    person.press('^ : "pane split right architect" enter');
    expect(person.ui.toast?.text).toBe('architect is this pane already');
    person.press('^ z ^ : "pane split down log" enter');
    expect(person.ui.toast).toMatchObject({ text: 'one pane has the whole screen', hint: 'pane zoom' });
  });
});

describe('closing', () => {
  test('leaves the agent as a title, and a number brings it back on a page of its own', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ 2 ^ c');
    expect(person.at).toBe('architect');
    expect(panes(person).slice(0, 3)).toEqual(['architect 140×24', 'frontend 70×24', 'tester 70×24']);
    expect(person.view.arrangement.strip?.agents).toEqual(['backend']);
    person.press('^ 2');
    expect(panes(person)[0]).toBe('backend 140×48');
    expect(person.view.arrangement.strip?.agents).toEqual(['architect', 'frontend', 'tester']);
    person.press('^ 3');
    expect(panes(person)[0]).toBe('architect 140×24');
  });

  test('of a list gives its room to the others, and the board key still shows it', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ b ^ c');
    expect(panes(person).some((pane) => pane.startsWith('board'))).toBe(false);
    person.press('^ b');
    expect(panes(person)).toEqual(['board 200×49']);
  });

  test('never takes the last terminal', () => {
    const person = new Person({ cols: 200, rows: 50, layout: 'stack' });
    person.press('^ c');
    expect(person.ui.toast?.text).toBe('this is the last terminal in view');
  });
});

test('neighbours change places, and the focus goes along', () => {
  const person = new Person({ cols: 200, rows: 50 });
  person.press('^ ctrl-right');
  expect(panes(person).slice(0, 2)).toEqual(['backend 70×25', 'architect 70×25']);
  expect(person.at).toBe('architect');
  person.press('^ ctrl-right');
  expect(panes(person)[1]).toMatch(/^board/);
});

describe('resizing', () => {
  test('by keys goes on until another key, which then means what it always means', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ R right right L');
    expect(panes(person).slice(0, 2)).toEqual(['architect 76×25', 'backend 64×25']);
    person.press('h down');
    expect(panes(person)[0]).toBe('architect 74×26');
    expect(person.press('x')).toEqual([{ type: 'type', agent: 'architect' }]);
    expect(person.ui.mode.type).toBe('typing');
    person.press('^ R escape');
    expect(person.ui.mode.type).toBe('typing');
  });

  test('stops where the other side would get too small', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ : "pane resize right 500" enter');
    expect(panes(person).slice(0, 2)).toEqual(['architect 98×25', 'backend 42×25']);
  });

  test('by dragging a border, remembered when it is let go', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.mouse('press', 140, 5);
    person.mouse('move', 130, 8);
    expect(remembers(person)).toBe(false);
    person.mouse('move', 120, 9);
    expect(person.view.panes.find((pane) => 'pane' in pane)?.rect).toMatchObject({ x: 120, cols: 80 });
    person.mouse('release', 120, 9);
    expect(remembers(person)).toBe(true);
    expect(person.at).toBe('board');
    // The terminals still share their place: a new agent joins them.
    expect(person.ui.trees.team).toMatchObject({ columns: [{ agents: 'grid' }, { size: '40.00%' }] });
  });

  test('of rows by their title', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.mouse('press', 20, 25);
    person.mouse('move', 20, 20);
    expect(panes(person).filter((pane) => pane.includes('70×'))).toEqual([
      'architect 70×20',
      'backend 70×20',
      'frontend 70×29',
      'tester 70×29',
    ]);
    person.mouse('release', 20, 20);
    person.press('^ =');
    expect(panes(person)[0]).toBe('architect 70×25');
    expect(person.ui.trees).toEqual({});
  });
});

describe('pages', () => {
  const many = (count: number) => {
    const names = Array.from({ length: count }, (_, index) => `agent-${index + 1}`);
    const agents = names.map((name) => ({ name, kind: 'claude' as const, autostart: true }));
    const [first = started[0]] = started;
    if (first?.type !== 'team.declared') throw new Error('the team comes first');
    return fold([{ ...first, architect: 'agent-1', agents }]);
  };

  test('hold the agents that do not fit, and the keys walk through them', () => {
    const person = new Person({ state: many(11), cols: 140, rows: 40 });
    const seen = () => person.view.panes.flatMap((pane) => ('agent' in pane ? [pane.agent] : []));
    expect(seen()).toHaveLength(6);
    person.press('^ }');
    expect(seen()).toEqual(['agent-7', 'agent-8', 'agent-9', 'agent-10', 'agent-11']);
    expect(person.at).toBe('agent-7');
    person.press('^ }');
    expect(person.at).toBe('agent-1');
    person.press('^ {');
    expect(person.at).toBe('agent-7');
    person.press('^ : "tab 3" enter');
    expect(person.ui.toast?.text).toBe('there is no tab `3`: there are 2');
  });

  test('are chosen by a click on a title', () => {
    const person = new Person({ cols: 80, rows: 24 });
    person.mouse('press', 20, 22);
    expect(person.at).toBe('frontend');
    expect(person.view.arrangement.page).toBe(2);
  });
});

describe('what is remembered', () => {
  test('is the layout and its changes, and it comes back', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ R right escape ^ L');
    expect(remembers(person)).toBe(true);
    const { memory, note } = recall(memorize(person.ui), ['team', 'board']);
    expect(note).toBeUndefined();
    expect(memory).toEqual({ layout: 'board', trees: person.ui.trees });
    expect(initialUi('board', memory?.trees).trees).toEqual(person.ui.trees);
  });

  test('of a layout that is gone is left out, and a broken text is a note', () => {
    const person = new Person({ cols: 200, rows: 50 });
    person.press('^ R right');
    expect(recall(memorize(person.ui), ['grid'])).toEqual({ memory: { layout: '', trees: {} } });
    for (const text of [
      '',
      '{',
      '[]',
      '{"v":2}',
      '{"v":1,"layout":"team","trees":{"team":{"agents":"pile"}}}',
    ])
      expect(recall(text, ['team'])).toMatchObject({
        memory: null,
        note: expect.stringContaining('ui.json'),
      });
    expect(recall(undefined, ['team'])).toEqual({ memory: null });
  });
});
