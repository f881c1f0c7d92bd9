import { describe, expect, test } from 'vitest';
import { createFrame, cut } from '../../src/term/compose.ts';
import { Screen } from '../../src/term/screen.ts';
import { Window } from '../../src/term/window.ts';
import { highlight } from '../../src/tui/highlight.ts';
import { themes } from '../../src/tui/theme.ts';
import { inside } from '../../src/tui/view.ts';
import { Person } from './stage.ts';

/** The architect's pane at 120×35 has room for 40×15, from the cell (1, 1). */
const size = { cols: 40, rows: 15 };

function history(text: string): Window {
  const screen = new Screen(size, { scrollback: 500 });
  screen.write(text);
  screen.flush();
  return new Window(screen);
}

/** A hundred lines, every tenth with a word that is looked for, and a shell's prompts before some of them. */
const hundred = Array.from({ length: 100 }, (_, index) => {
  const prompt = index % 25 === 0 ? '\x1b]133;A\x07' : '';
  return `${prompt}line ${index}${index % 10 === 0 ? ' needle' : ''}`;
}).join('\r\n');

const at = (screen: Window) => screen.line(screen.top);

function looking(text = hundred) {
  const screen = history(text);
  return { screen, person: new Person({ screens: { architect: screen } }) };
}

describe('searching', () => {
  test('follows every letter, from the newest lines up', () => {
    const { screen, person } = looking();
    person.press('^ / "need"');
    expect(screen.text().some((row) => row.includes('line 90 needle'))).toBe(true);
    expect(person.ui.mode).toMatchObject({ search: { open: true, found: { start: { line: 90, x: 8 } } } });
    person.press('enter n');
    expect(person.ui.mode).toMatchObject({ search: { open: false, found: { start: { line: 80 } } } });
    expect(screen.text()).toContain('line 80 needle');
    person.press('N');
    expect(person.ui.mode).toMatchObject({ search: { back: true, found: { start: { line: 90 } } } });
  });

  test('goes on at the other end, and says so', () => {
    const { person } = looking();
    person.press('^ / "needle" enter N');
    expect(person.ui.mode).toMatchObject({ search: { found: { start: { line: 0 } }, around: true } });
    person.press('n');
    expect(person.ui.mode).toMatchObject({ search: { found: { start: { line: 90 } }, around: true } });
  });

  test('escape returns to where it began, and words that are nowhere leave the view there', () => {
    const { screen, person } = looking();
    person.press('^ [ up');
    const before = at(screen);
    person.press('? "line 3"');
    expect(at(screen)).not.toBe(before);
    person.press('"x"');
    expect(at(screen)).toBe(before);
    expect(person.ui.mode).toMatchObject({ search: { found: null } });
    person.press('escape');
    expect(at(screen)).toBe(before);
    expect(person.ui.mode).toMatchObject({ type: 'scroll', search: null });
  });

  test('takes a paste, moves by arrows while typing, and ends with an empty line', () => {
    const { person } = looking();
    person.press('^ /');
    person.paste('needle');
    person.press('up up');
    expect(person.ui.mode).toMatchObject({ search: { found: { start: { line: 70 } } } });
    person.press('ctrl-u backspace');
    expect(person.ui.mode).toMatchObject({ type: 'scroll', search: null });
  });

  test('is a command in words as well', () => {
    const { person } = looking();
    person.press('^ : "pane search --back line 33" enter');
    expect(person.ui.mode).toMatchObject({ search: { open: false, found: { start: { line: 33, x: 0 } } } });
    person.press('q');
    person.press('^ : "pane match next" enter');
    expect(person.ui.toast).toMatchObject({ text: 'nothing was looked for yet', hint: 'pane search' });
  });
});

test('after the wheel a word that is typed reaches the program whole, and arrows go on looking back', () => {
  const { person, screen } = looking();
  person.mouse('wheel', 5, 5, { by: -1 });
  person.press('pageup');
  expect(screen.scroll).toBe(16);
  expect(person.press('n')).toContainEqual({ type: 'type', agent: 'architect' });
  expect(screen.scroll).toBe(0);
  person.mouse('wheel', 5, 5, { by: -1 });
  person.press('^ /');
  expect(person.ui.mode).toMatchObject({ wheel: false, search: { open: true } });
});

test('prompts are jumped between, and after the last one the program is followed again', () => {
  const { screen, person } = looking();
  person.press('^ [ [');
  expect(at(screen)).toBe('line 50 needle');
  person.press('[ [');
  expect(at(screen)).toBe('line 0 needle');
  person.press('] ]');
  expect(at(screen)).toBe('line 50 needle');
  person.press('] ]');
  expect(screen.scroll).toBe(0);
  expect(person.ui.mode.type).toBe('typing');
  const plain = looking('no prompts');
  plain.person.press('^ [ [');
  expect(plain.person.ui.toast?.text).toContain('marks no prompts');
});

describe('selecting by keys', () => {
  test('a cursor appears, and text from there to where it goes is copied', () => {
    const { person, screen } = looking();
    person.press('^ [ ? "line 42" enter v v w');
    person.press('w y');
    expect(person.copied).toEqual(['line 42\nl']);
    expect(person.ui.toast?.text).toBe('copied 2 lines');
    expect(person.ui.mode.type).toBe('typing');
    expect(screen.scroll).toBe(0);
  });

  test('enter copies the line of the cursor when nothing was begun', () => {
    const { person } = looking();
    person.press('^ / "line 42" enter v enter');
    expect(person.copied).toEqual(['line 42']);
  });

  test('lines, over the edge of the view, backwards', () => {
    const { person, screen } = looking();
    person.press('^ / "line 42" enter v V pageup');
    expect(screen.text()).toContain('line 29');
    person.press('y');
    expect(person.copied[0]?.split('\n')).toHaveLength(14);
    expect(person.copied[0]).toMatch(/^line 29\nline 30 needle\n/);
  });

  test('escape takes the cursor away first, and then leaves', () => {
    const { person } = looking();
    person.press('^ [ v v escape');
    expect(person.ui).toMatchObject({ mode: { type: 'scroll', cursor: null }, selection: null });
    person.press('escape');
    expect(person.ui.mode.type).toBe('typing');
  });

  test('the leader keeps what is being selected', () => {
    const { person } = looking();
    person.press('^ / "line 42" enter v v l l ^ : "pane copy" enter');
    expect(person.copied).toEqual(['lin']);
  });

  test('wide glyphs are taken whole', () => {
    const { person } = looking('世界 ok');
    person.press('^ / "世" enter v v l l y');
    expect(person.copied).toEqual(['世界']);
  });
});

describe('selecting with the mouse', () => {
  test('a drag copies what lies between, in its pane alone', () => {
    const { person } = looking('first line\r\nsecond line');
    person.mouse('press', 7, 1);
    person.mouse('move', 70, 2);
    expect(person.ui.selection).toMatchObject({ agent: 'architect', anchor: { line: 0, x: 6 } });
    person.mouse('release', 70, 2);
    expect(person.copied).toEqual(['line\nsecond line']);
    expect(person.ui.drag).toBeNull();
    expect(person.ui.selection).not.toBeNull();
    person.press('x');
    expect(person.ui.selection).toBeNull();
  });

  test('beyond the upper edge it looks back', () => {
    const { person, screen } = looking();
    person.mouse('press', 3, 5);
    person.mouse('move', 3, 0);
    expect(screen.scroll).toBe(1);
    person.mouse('move', 3, 0);
    person.mouse('release', 3, 1);
    expect(person.copied[0]?.split('\n')[0]).toBe('ne 83');
  });

  test('two clicks take a word, three a line, and a slow second one nothing', () => {
    const { person } = looking('see src/tui/mouse.ts now');
    const click = () => {
      person.mouse('press', 8, 1);
      person.mouse('release', 8, 1);
      return person.copied[0];
    };
    expect([click(), click(), click()]).toEqual([undefined, 'src/tui/mouse.ts', 'see src/tui/mouse.ts now']);
    person.clock += 1000;
    expect(click()).toBeUndefined();
    person.clock += 1000;
    expect(click()).toBeUndefined();
  });

  test('a program that asked for the mouse has it, also beyond its pane; with alt held it is for selecting', () => {
    const { person } = looking('some text');
    person.press('x');
    expect(person.mouse('press', 3, 1, {}, 'all')).toEqual([{ type: 'type', agent: 'architect' }]);
    expect(person.mouse('move', 90, 20, {}, 'all')).toEqual([{ type: 'type', agent: 'architect' }]);
    expect(person.mouse('release', 90, 20, {}, 'all')).toEqual([{ type: 'type', agent: 'architect' }]);
    expect(person.ui.drag).toBeNull();
    person.mouse('press', 1, 1, { own: true }, 'all');
    person.mouse('move', 4, 1, { own: true }, 'all');
    person.mouse('release', 4, 1, { own: true }, 'all');
    expect(person.copied).toEqual(['some']);
  });

  test('the wheel looks back, and at the bottom the program is followed again', () => {
    const { person, screen } = looking();
    person.mouse('wheel', 5, 5, { by: -1 });
    expect([screen.scroll, person.ui.mode.type]).toEqual([3, 'scroll']);
    person.mouse('wheel', 5, 5, { by: 1 });
    expect([screen.scroll, person.ui.mode.type]).toEqual([0, 'typing']);
  });
});

test('what is found and what is selected stands out, there and nowhere else', () => {
  const { person, screen } = looking('one needle\r\nneedle two');
  person.press('^ / "needle" enter');
  person.ui = {
    ...person.ui,
    selection: { agent: 'architect', anchor: { line: 1, x: 7 }, head: { line: 1, x: 9 }, unit: 'cell' },
  };
  const { view } = person;
  const room = inside(view.panes[0]?.rect ?? { x: 0, y: 0, cols: 0, rows: 0 });
  const frame = createFrame(view.size);
  cut(screen, frame, { x: 0, y: 0 }, room);
  highlight(frame, view, 'architect', room, 0, themes.dark);
  const row = (y: number) =>
    Array.from({ length: 14 }, (_, x) => {
      const [content = 0, fg = 0, bg = 0] = frame.cells.subarray((y * 120 + x) * 4);
      const letter = String.fromCharCode(content & 0x1fffff);
      return (bg & 0xf) === 3 ? letter.toUpperCase() : (bg & 0xf) === 6 ? '#' : fg & 0x4000000 ? '^' : letter;
    }).join('');
  expect([row(1), row(2), row(3)]).toEqual([' one NEEDLE   ', ' ###### ^^^   ', '              ']);
});
