import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type Arrangement,
  arrange,
  type Focus,
  type Layout,
  layoutSchema,
  printLayout,
  type Rect,
} from '../../src/core/layout.ts';

const load = (name: string): Layout =>
  layoutSchema.parse(parse(readFileSync(`layouts/${name}.yaml`, 'utf8')));
const team = ['architect', 'backend', 'frontend', 'tester'];

const look = (over: { agents?: string[]; agent?: string; focus?: Focus; zoomed?: boolean } = {}) => {
  const agent = over.agent ?? 'architect';
  return { agents: team, focus: { agent }, zoomed: false, ...over, agent };
};

/** Drawn at a quarter of the width and half of the height. */
function draw({ panes, strip }: Arrangement, size: { cols: number; rows: number }): string {
  const wide = Math.round(size.cols / 4);
  const high = Math.round(size.rows / 2);
  const cells = Array.from({ length: high }, () => Array.from({ length: wide }, () => ' '));
  const box = ({ x, y, cols, rows }: Rect, name: string) => {
    const [left, top] = [Math.round(x / 4), Math.min(high - 1, Math.round(y / 2))];
    const [right, bottom] = [Math.round((x + cols) / 4) - 1, Math.max(top, Math.round((y + rows) / 2) - 1)];
    const put = (row: number, column: number, text: string) => {
      for (const [index, letter] of [...text].entries())
        if (column + index <= right) cells[row]![column + index] = letter;
    };
    for (let row = top; row <= bottom; row += 1) {
      const [start, fill, end] =
        top === bottom ? '[ ]' : row === top ? '┌─┐' : row === bottom ? '└─┘' : '│ │';
      put(row, left, start + fill!.repeat(Math.max(0, right - left - 1)) + end);
    }
    put(top === bottom ? top : top + 1, left + 1, name.slice(0, right - left - 1));
  };
  for (const pane of panes)
    box(pane.rect, `${'agent' in pane ? pane.agent : pane.pane} ${pane.rect.cols}×${pane.rect.rows}`);
  if (strip) box(strip.rect, strip.agents.join(' '));
  return `\n${cells.map((row) => row.join('').trimEnd()).join('\n')}\n`;
}

const drawn = (name: string, cols: number, rows: number, over: Parameters<typeof look>[0] = {}) =>
  draw(arrange(load(name), { cols, rows }, look(over)), { cols, rows });

describe('the team layout', () => {
  test('shows every terminal beside board, attention and log on a wide screen', () => {
    expect(drawn('team', 200, 49)).toMatchInlineSnapshot(`
      "
      ┌────────────────┐┌───────────────┐┌─────────────┐
      │architect 70×25 ││backend 70×25  ││board 60×23  │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               │└─────────────┘
      └────────────────┘└───────────────┘┌─────────────┐
      ┌────────────────┐┌───────────────┐│attention 60×│
      │frontend 70×24  ││tester 70×24   ││             │
      │                ││               ││             │
      │                ││               │└─────────────┘
      │                ││               │┌─────────────┐
      │                ││               ││log 60×16    │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      └────────────────┘└───────────────┘└─────────────┘
      "
    `);
  });
  test('keeps four terminals and the side column at 120 columns', () => {
    expect(drawn('team', 120, 34)).toMatchInlineSnapshot(`
      "
      ┌─────────┐┌────────┐┌───────┐
      │architect││backend ││board 3│
      │         ││        ││       │
      │         ││        ││       │
      │         ││        ││       │
      │         ││        ││       │
      │         ││        ││       │
      │         ││        │└───────┘
      └─────────┘└────────┘┌───────┐
      ┌─────────┐┌────────┐│attenti│
      │frontend ││tester 4││       │
      │         ││        │└───────┘
      │         ││        │┌───────┐
      │         ││        ││log 36×│
      │         ││        ││       │
      │         ││        ││       │
      └─────────┘└────────┘└───────┘
      "
    `);
  });
  test('gives up the side column before a terminal gets too narrow', () => {
    expect(drawn('team', 80, 23)).toMatchInlineSnapshot(`
      "
      ┌──────────────────┐
      │architect 80×22   │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      └──────────────────┘
      [backend frontend t]
      "
    `);
  });
  test('shows one terminal and a strip of titles on the smallest screen', () => {
    expect(drawn('team', 60, 15)).toMatchInlineSnapshot(`
      "
      ┌─────────────┐
      │architect 60×│
      │             │
      │             │
      │             │
      │             │
      └─────────────┘
      [backend front]
      "
    `);
  });
  test('keeps the agent that is looked at in view when there are more agents than room', () => {
    expect(drawn('team', 80, 23, { agent: 'tester' })).toMatchInlineSnapshot(`
      "
      ┌──────────────────┐
      │tester 80×22      │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      └──────────────────┘
      [architect backend ]
      "
    `);
    expect(drawn('team', 100, 30, { agent: 'tester' })).toMatchInlineSnapshot(`
      "
      ┌───────────────┐┌──────┐
      │architect 66×15││board │
      │               ││      │
      │               ││      │
      │               ││      │
      │               ││      │
      │               │└──────┘
      └───────────────┘┌──────┐
      ┌───────────────┐│attent│
      │tester 66×14   │└──────┘
      │               │┌──────┐
      │               ││log 34│
      │               ││      │
      │               ││      │
      [backend fronten]└──────┘
      "
    `);
  });
  test('gives a focused list that has no place the whole picture', () => {
    expect(drawn('team', 80, 23, { focus: { pane: 'board' } })).toMatchInlineSnapshot(`
      "
      ┌──────────────────┐
      │board 80×23       │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      │                  │
      └──────────────────┘
      "
    `);
  });
  test('shows what is zoomed alone, the other agents as titles', () => {
    expect(drawn('team', 120, 34, { agent: 'backend', zoomed: true })).toMatchInlineSnapshot(`
      "
      ┌────────────────────────────┐
      │backend 120×33              │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      [architect frontend tester   ]
      "
    `);
    expect(drawn('team', 120, 34, { focus: { pane: 'board' }, zoomed: true })).toMatchInlineSnapshot(`
      "
      ┌────────────────────────────┐
      │board 120×34                │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      │                            │
      └────────────────────────────┘
      "
    `);
  });
  test('places eleven agents, as many as fit', () => {
    const agents = Array.from({ length: 11 }, (_, index) => `a${index + 1}`);
    expect(drawn('team', 200, 49, { agents, agent: 'a11' })).toMatchInlineSnapshot(`
      "
      ┌──────────┐┌──────────┐┌─────────┐┌─────────────┐
      │a1 47×13  ││a2 47×13  ││a3 46×13 ││board 60×23  │
      │          ││          ││         ││             │
      │          ││          ││         ││             │
      │          ││          ││         ││             │
      │          ││          ││         ││             │
      └──────────┘└──────────┘└─────────┘│             │
      ┌──────────┐┌──────────┐┌─────────┐│             │
      │a4 47×12  ││a5 47×12  ││a6 46×12 ││             │
      │          ││          ││         ││             │
      │          ││          ││         ││             │
      │          ││          ││         │└─────────────┘
      └──────────┘└──────────┘└─────────┘┌─────────────┐
      ┌──────────┐┌──────────┐┌─────────┐│attention 60×│
      │a7 47×12  ││a8 47×12  ││a9 46×12 ││             │
      │          ││          ││         ││             │
      │          ││          ││         │└─────────────┘
      │          ││          ││         │┌─────────────┐
      └──────────┘└──────────┘└─────────┘│log 60×16    │
      ┌────────────────┐┌───────────────┐│             │
      │a10 70×12       ││a11 70×12      ││             │
      │                ││               ││             │
      │                ││               ││             │
      │                ││               ││             │
      └────────────────┘└───────────────┘└─────────────┘
      "
    `);
  });
});

test('stack shows one terminal large', () => {
  expect(drawn('stack', 120, 34, { agent: 'frontend' })).toMatchInlineSnapshot(`
    "
    ┌───────────────────┐┌───────┐
    │frontend 84×33     ││board 3│
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   ││       │
    │                   │└───────┘
    │                   │┌───────┐
    │                   ││attenti│
    │                   ││       │
    │                   ││       │
    [architect backend t]└───────┘
    "
  `);
});

test('board puts the board on top', () => {
  expect(drawn('board', 160, 49)).toMatchInlineSnapshot(`
    "
    ┌─────────────────────────┐┌───────────┐
    │board 106×20             ││attention 5│
    │                         ││           │
    │                         ││           │
    │                         │└───────────┘
    │                         │┌───────────┐
    │                         ││log 54×10  │
    │                         ││           │
    │                         ││           │
    └─────────────────────────┘└───────────┘
    ┌──────────────────┐┌──────────────────┐
    │architect 80×15   ││backend 80×15     │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    └──────────────────┘└──────────────────┘
    ┌──────────────────┐┌──────────────────┐
    │frontend 80×14    ││tester 80×14      │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    └──────────────────┘└──────────────────┘
    "
  `);
});

test('a last row with fewer panes makes them wider', () => {
  expect(drawn('grid', 160, 40, { agents: ['a', 'b', 'c'], agent: 'a' })).toMatchInlineSnapshot(`
    "
    ┌──────────────────┐┌──────────────────┐
    │a 80×20           ││b 80×20           │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    │                  ││                  │
    └──────────────────┘└──────────────────┘
    ┌──────────────────────────────────────┐
    │c 160×20                              │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    │                                      │
    └──────────────────────────────────────┘
    "
  `);
});

test('every shipped layout reads, and prints as one line', () => {
  const lines = readdirSync('layouts')
    .sort()
    .map((file) => `${file}: ${printLayout(load(file.replace('.yaml', '')))}`);
  expect(lines).toMatchInlineSnapshot(`
    [
      "board.yaml: rows(columns(board, rows(attention, log) 34% ≥34 ≤70) 40% ≥10, grid)",
      "grid.yaml: grid",
      "stack.yaml: columns(stack ≥60, rows(board, attention 30% ≥5 ≤12) 30% ≥34 ≤56)",
      "team.yaml: columns(grid ≥60, rows(board, attention 24% ≥5 ≤10, log 32% ≥5) 30% ≥34 ≤64)",
    ]
  `);
});

test('on every size from 60×16 up the panes cover the screen exactly once and nobody is lost', () => {
  const layouts = ['team', 'grid', 'stack', 'board'].map((name) => [name, load(name)] as const);
  const wrong: string[] = [];
  for (const [name, layout] of layouts)
    for (let cols = 60; cols <= 260; cols += 11)
      for (let rows = 15; rows <= 80; rows += 5)
        for (const count of [1, 2, 3, 4, 5, 7, 13]) {
          const agents = Array.from({ length: count }, (_, index) => `a${index}`);
          const agent = `a${count - 1}`;
          const arranged = arrange(
            layout,
            { cols, rows },
            { agents, agent, focus: { agent }, zoomed: false },
          );
          const problem = check(arranged, { cols, rows }, agents);
          if (problem) wrong.push(`${name} ${cols}×${rows} with ${count} agents: ${problem}`);
        }
  expect(wrong).toEqual([]);
});

function check(
  { panes, strip }: Arrangement,
  size: { cols: number; rows: number },
  agents: string[],
): string | null {
  const rects = [...panes.map(({ rect }) => rect), ...(strip ? [strip.rect] : [])];
  const covered = rects.reduce((sum, { cols, rows }) => sum + cols * rows, 0);
  if (covered !== size.cols * size.rows) return `covers ${covered} cells`;
  const out = rects.find(
    ({ x, y, cols, rows }) => x < 0 || y < 0 || x + cols > size.cols || y + rows > size.rows,
  );
  if (out) return `sticks out: ${JSON.stringify(out)}`;
  const meet = (a: Rect, b: Rect) =>
    a.x < b.x + b.cols && b.x < a.x + a.cols && a.y < b.y + b.rows && b.y < a.y + a.rows;
  if (rects.some((a, index) => rects.slice(index + 1).some((b) => meet(a, b)))) return 'overlaps';
  const shown = panes.flatMap((pane) => ('agent' in pane ? [pane.agent] : []));
  if (!shown.includes(agents.at(-1) ?? '')) return 'the focused agent is out of view';
  return [...shown, ...(strip?.agents ?? [])].sort().join() === [...agents].sort().join()
    ? null
    : 'an agent is lost';
}
