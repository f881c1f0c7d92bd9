import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFrame, cut, difference, type Frame, fill, placeCursor } from '../../src/term/compose.ts';
import { Screen } from '../../src/term/screen.ts';
import { type Case, draw, expected, type Step, steps } from './case.ts';
import { cases } from './cases/index.ts';
import { fresh, page } from './fidelity.ts';
import { trespass } from './grammar.ts';
import { feed, Outer, plainTerminal } from './outer.ts';
import { readLine, readScreen, readTerminal } from './read.ts';

/** What the case expects of the pane: what its source says, but for what it says of a departure. */
const shown = (its: Case): Case => ({ ...its, ...its.departs });
const cells = (its: Case) => draw(expected(its, lastSize(its)));

function lastSize(its: Case): readonly [number, number] {
  const sizes = steps(its).flatMap((step) => (isResize(step) ? [step.resize] : []));
  return sizes.at(-1) ?? its.size;
}

const isResize = (step: Step): step is Extract<Step, { resize: unknown }> =>
  typeof step !== 'string' && 'resize' in step;

function open(its: Case) {
  const [cols, rows] = its.size;
  const told: { answers: string[]; heard: unknown[] } = { answers: [], heard: [] };
  const screen = new Screen({ cols, rows }, { answer: (bytes) => told.answers.push(bytes) });
  screen.onFault((error) => expect.fail(String(error)));
  screen.onBell(() => told.heard.push('bell'));
  screen.onTitle((title) => told.heard.push(`title ${title}`));
  screen.onNotice((text) => told.heard.push(`notice ${text}`));
  screen.onClipboard((text) => told.heard.push(`clipboard ${text}`));
  screen.onProgress(({ state, percent }) => told.heard.push(`progress ${state} ${percent}`));
  return { screen, told };
}

function perform(screen: Screen, step: Step): void {
  if (isResize(step)) screen.resize({ cols: step.resize[0], rows: step.resize[1] });
  else {
    screen.write(step);
    screen.flush();
  }
}

/** Every byte by itself. */
function crumbs(its: Case): Step[] {
  return steps(its).flatMap((step): Step[] =>
    isResize(step) ? [step] : [...Buffer.from(step as string)].map((byte) => Uint8Array.of(byte)),
  );
}

/** Compares everything that the case says with what there is. */
function check(screen: Screen, its: Case): void {
  expect(draw(readScreen(screen))).toEqual(cells(its));
  if (its.cursor) expect([screen.cursor.x, screen.cursor.y]).toEqual(its.cursor);
  expect(screen.cursor).toMatchObject(its.look ?? {});
  expect(screen.modes).toMatchObject(its.modes ?? {});
  if (its.title !== undefined) expect(screen.title).toBe(its.title);
  if (its.history)
    expect(Array.from({ length: screen.history }, (_, line) => screen.line(line))).toEqual(its.history);
}

test('there are at least a hundred cases, each with a name of its own and a source', () => {
  expect(new Set(cases.map((its) => its.name)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(100);
  expect(cases.filter((its) => its.source.length < 5)).toEqual([]);
});

test.each(cases.map((its) => [its.name, its] as const))('in a screen: %s', (_, its) => {
  const { screen, told } = open(its);
  for (const step of steps(its)) perform(screen, step);
  check(screen, shown(its));
  expect(told.answers).toEqual(shown(its).answers ?? []);
  if (its.heard) expect(told.heard).toEqual(its.heard);
});

test.each(cases.map((its) => [its.name, its] as const))('byte by byte: %s', (_, its) => {
  const { screen, told } = open(its);
  for (const step of crumbs(its)) perform(screen, step);
  check(screen, shown(its));
  expect(told.answers).toEqual(shown(its).answers ?? []);
  if (its.heard) expect(told.heard).toEqual(its.heard);
});

const unmended = cases.filter((its) => !its.mended);
test.each(unmended.map((its) => [its.name, its] as const))('as @xterm/headless has it: %s', (_, its) => {
  const terminal = plainTerminal(...its.size);
  for (const step of steps(its))
    if (isResize(step)) terminal.resize(...step.resize);
    else feed(terminal, step);
  expect(draw(readTerminal(terminal))).toEqual(cells(shown(its)));
  const { cursorX, cursorY } = terminal.buffer.active;
  const last = lastSize(its)[0] - 1;
  if (its.cursor) expect([Math.min(cursorX, last), cursorY]).toEqual(its.cursor);
});

/** Where the pane lies in the outer terminal: between neighbours, one of them full of wide glyphs. */
const corner = { x: 5, y: 2 };
const margin = { right: 4, bottom: 1 };

function neighbours(frame: Frame, size: { cols: number; rows: number }): void {
  const wide = new Screen({ cols: frame.cols, rows: frame.rows });
  wide.write('\x1b[41m界語'.repeat((frame.cols * frame.rows) / 4));
  wide.flush();
  cut(wide, frame, { x: 0, y: 0 }, { x: 0, y: 0, cols: frame.cols, rows: frame.rows });
  fill(frame, { ...corner, x: corner.x + size.cols, cols: 1, rows: size.rows }, '│');
}

function compose(screen: Screen): Frame {
  const { cols, rows } = screen.size;
  const frame = createFrame({
    cols: corner.x + cols + margin.right,
    rows: corner.y + rows + margin.bottom,
  });
  neighbours(frame, { cols, rows });
  const to = { ...corner, cols, rows };
  cut(screen, frame, { x: 0, y: 0 }, to);
  placeCursor(frame, screen.cursor, { x: 0, y: 0 }, to);
  return frame;
}

/** What the outer terminal shows of the pane, and around it. */
function region({ terminal }: Outer, rows: number, from: number, to: number): string[] {
  return draw(Array.from({ length: rows }, (_, y) => readLine(terminal, corner.y + y, from, to)));
}

test.each(cases.map((its) => [its.name, its] as const))('in a pane among others: %s', (_, its) => {
  const { screen } = open(its);
  let previous: Frame | null = null;
  let outer = new Outer(1, 1);
  for (const step of [{ resize: its.size }, ...crumbs(its)]) {
    perform(screen, step);
    const frame = compose(screen);
    if (outer.terminal.cols !== frame.cols || outer.terminal.rows !== frame.rows) {
      outer = new Outer(frame.cols, frame.rows);
      previous = null;
    }
    const bytes = difference(previous, frame);
    expect(trespass(bytes)).toBeNull();
    outer.write(bytes);
    previous = frame;
  }
  const { cols, rows } = screen.size;
  expect(region(outer, rows, corner.x, corner.x + cols)).toEqual(
    cells(its.outside ? { ...its, rows: its.outside } : shown(its)),
  );
  const around = new Outer(corner.x + cols + margin.right, corner.y + rows + margin.bottom);
  const empty = compose(new Screen({ cols, rows }));
  around.write(difference(null, empty));
  expect(region(outer, rows, 0, corner.x)).toEqual(region(around, rows, 0, corner.x));
  expect(region(outer, rows, corner.x + cols, empty.cols)).toEqual(
    region(around, rows, corner.x + cols, empty.cols),
  );
  const { x, y, visible, shape, blink } = screen.cursor;
  const { cursor, ...state } = outer.state;
  expect(cursor).toEqual(
    visible ? { x: corner.x + x, y: corner.y + y, hidden: false } : expect.objectContaining({ hidden: true }),
  );
  if (visible) expect(state.shape).toEqual([shape, blink]);
  expect({ ...state, shape: 0 }).toEqual({
    ...new Outer(9, outer.terminal.rows).state,
    cursor: undefined,
    shape: 0,
  });
  expect(outer.replies).toEqual([]);
});

test.each(cases.map((its) => [its.name, its] as const))('after a snapshot anywhere: %s', (_, its) => {
  const all = crumbs(its);
  const from = its.lost ? all.length : 0;
  const { screen: original, told } = open(its);
  for (const step of all.slice(0, from)) perform(original, step);
  const every = Math.ceil(all.length / 300); // of a very long case not each
  for (let at = from; at <= all.length; at += every) {
    const before = told.answers.length;
    const { screen: copy, told: later } = open({ ...its, size: [original.size.cols, original.size.rows] });
    copy.write(original.snapshot());
    copy.flush();
    expect(later.answers, `answers to the snapshot at ${at}`).toEqual([]);
    for (const step of all.slice(at)) perform(copy, step);
    check(copy, shown(its));
    expect([...told.answers.slice(0, before), ...later.answers]).toEqual(shown(its).answers ?? []);
    for (const next of all.slice(at, at + every)) perform(original, next);
  }
});

test('what a case says of a departure is a departure', () => {
  for (const its of cases.filter((one) => one.departs)) {
    const of = ({ rows, styles, cursor, answers, title }: Case) => ({ rows, styles, cursor, answers, title });
    expect(of(shown(its)), its.name).not.toEqual(of(its));
  }
});

test('docs/fidelity.md lists every departure of the emulator, mended or not', () => {
  expect(readFileSync(page, 'utf8')).toBe(fresh(readFileSync(page, 'utf8')));
});
