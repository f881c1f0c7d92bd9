import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Arrangement, type Attention, arrange } from '../../src/core/arrange.ts';
import { closePane, moveBorder, splitPane, swapPanes } from '../../src/core/edit-layout.ts';
import { leastList, leastTerminal } from '../../src/core/fit-layout.ts';
import {
  type Focus,
  type Layout,
  layoutSchema,
  listPanes,
  printLayout,
  type Rect,
  sameFocus,
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
      │frontend 66×15 ││board │
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
      [architect backe]└──────┘
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
    for (let cols = 60; cols <= 300; cols += 15)
      for (let rows = 15; rows <= 99; rows += 7)
        for (const count of [1, 2, 3, 4, 5, 8, 13, 24]) {
          const agents = Array.from({ length: count }, (_, index) => `a${index}`);
          const agent = `a${count - 1}`;
          const problem = check(layout, { cols, rows }, { agents, agent, focus: { agent }, zoomed: false });
          if (problem) wrong.push(`${name} ${cols}×${rows} with ${count} agents: ${problem}`);
        }
  expect(wrong).toEqual([]);
});

/** What a person might do to a layout, at random. */
function meddle(
  layout: Layout,
  size: { cols: number; rows: number },
  look: Attention,
  random: Random,
): Layout {
  const arrangement = arrange(layout, size, look);
  const { tree, panes, borders } = arrangement;
  const pane = panes[random(panes.length)];
  if (!tree || !pane) return layout;
  const seen = { ...arrangement, tree };
  switch (random(4)) {
    case 0: {
      const agent = look.agents[random(look.agents.length)] ?? '';
      const list = listPanes[random(3)] ?? 'log';
      const added = random(3) > 0 ? { agent } : { pane: list };
      return sameFocus(added, pane) ? layout : splitPane(seen, pane.path, random(2) > 0, added);
    }
    case 1:
      return closePane(seen, pane.path) ?? layout;
    case 2: {
      const other = panes[random(panes.length)];
      return other && other !== pane ? swapPanes(seen, pane, other) : layout;
    }
    default: {
      const border = borders[random(borders.length)];
      return (border && moveBorder(seen, border, random(60) - 30)) ?? layout;
    }
  }
}

test('whatever a person does to a layout, at every size nothing overlaps, nothing is too small and the focus is in view', () => {
  const seed = Number(process.env.SEED ?? 20261120);
  const random = seeded(seed);
  const wrong: string[] = [];
  for (let run = 0; run < 300; run += 1) {
    const agents = Array.from({ length: 1 + random(24) }, (_, index) => `a${index}`);
    const any = () => agents[random(agents.length)] ?? 'a0';
    let layout = load(['team', 'grid', 'stack', 'board'][random(4)] ?? 'team');
    const size = { cols: 60 + random(241), rows: 15 + random(85) };
    for (let step = 0; step < 12; step += 1) {
      const agent = any();
      layout = meddle(layout, size, { agents, agent, focus: { agent }, zoomed: false }, random);
      layoutSchema.parse(JSON.parse(JSON.stringify(layout)));
      const pane = listPanes[random(3)] ?? 'log';
      const focus = random(4) > 0 ? { agent } : { pane };
      const at = random(2) > 0 ? size : { cols: 60 + random(241), rows: 15 + random(85) };
      const problem = check(layout, at, { agents, agent, focus, zoomed: random(8) === 0 });
      if (problem)
        wrong.push(`seed ${seed} run ${run} step ${step}, ${at.cols}×${at.rows}, ${agents.length} agents: ${problem}
          ${printLayout(layout)}`);
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
});

test('an agent that is not there has no pane, and one that is named twice has one', () => {
  const layout: Layout = {
    columns: [{ agent: 'a' }, { agent: 'gone' }, { rows: [{ agent: 'a' }, { agents: 'grid' }] }],
  };
  const look = { agents: ['a', 'b', 'c'], agent: 'a', focus: { agent: 'a' }, zoomed: false };
  const { panes } = arrange(layout, { cols: 120, rows: 40 }, look);
  expect(panes.map((pane) => 'agent' in pane && [pane.agent, pane.rect.cols, pane.rect.rows])).toEqual([
    ['a', 60, 40],
    ['b', 60, 20],
    ['c', 60, 20],
  ]);
});

test('a page stays in view while an agent with a place of its own has the focus', () => {
  const layout: Layout = { columns: [{ agent: 'a0', size: '50%' }, { agents: 'grid' }] };
  const agents = Array.from({ length: 8 }, (_, index) => `a${index}`);
  const look = { agents, agent: 'a0', lately: ['a7'], focus: { agent: 'a0' }, zoomed: false };
  const { pages, page, panes } = arrange(layout, { cols: 120, rows: 40 }, look);
  expect(pages).toEqual([
    ['a1', 'a2', 'a3', 'a0'],
    ['a4', 'a5', 'a6', 'a0'],
    ['a7', 'a0'],
  ]);
  expect([page, panes.length]).toEqual([2, 2]);
});

type Random = (below: number) => number;

/** Numbers from 0 up to and without a bound, always the same for a seed. */
function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return below === 0 ? 0 : Math.floor((state / 2 ** 32) * below);
  };
}

function check(layout: Layout, size: { cols: number; rows: number }, look: Attention): string | null {
  const { panes, strip, pages, page } = arrange(layout, size, look);
  const { agents } = look;
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
  const tight = panes.find((pane) => {
    const need = 'agent' in pane ? leastTerminal : leastList;
    return pane.rect.cols < need.cols || pane.rect.rows < need.rows;
  });
  if (tight) return `too small: ${JSON.stringify(tight)}`;
  if (!panes.some((pane) => sameFocus(pane, look.focus))) return 'the focus is out of view';
  const shown = panes.flatMap((pane) => ('agent' in pane ? [pane.agent] : []));
  if ([...new Set(pages.flat())].sort().join() !== [...agents].sort().join())
    return `pages lose somebody: ${pages.join(' | ')}`;
  if (shown.length === 0) return null;
  if ([...shown].sort().join() !== [...(pages[page] ?? [])].sort().join()) return 'not the page in view';
  return [...shown, ...(strip?.agents ?? [])].sort().join() === [...agents].sort().join()
    ? null
    : 'an agent is lost';
}
