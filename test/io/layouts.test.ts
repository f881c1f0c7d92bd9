import { expect, test } from 'vitest';
import { ConfigError } from '../../src/core/config-error.ts';
import { loadLayouts, parseLayout } from '../../src/io/layouts.ts';

test('the layouts that come with mcc are valid', async () => {
  expect(Object.keys(await loadLayouts(['layouts', 'no such folder']))).toEqual([
    'board',
    'grid',
    'stack',
    'team',
  ]);
});

test.each([
  ['agents: gird', 'x.yaml:1:9: agents: expected grid or stack; found "gird" (did you mean `grid`?)'],
  [
    'columns:\n  - agents: grid\n  - pane: borad\n',
    'x.yaml:3:11: columns.1.pane: expected one of board, attention, log; found "borad" (did you mean `board`?)',
  ],
  [
    'rows:\n  - agents: grid\n    size: 40 %\n',
    'x.yaml:3:11: rows.0.size: expected a number of cells, or a share such as 30%; found "40 %"',
  ],
  [
    'rows:\n  - columns: [{agents: grid, mim: 3}]\n',
    'x.yaml:2:30: rows.0.columns.0: unknown key `mim` (did you mean `min`?)',
  ],
  ['rows: []', 'x.yaml:1:7: rows: expected a list of nodes; found an empty list'],
  ['rows: [{agents: grid, pane: log}]', 'x.yaml:1:8: rows.0: a node has one of agents, pane, not both'],
  ['colums: []', 'x.yaml:1:1: unknown key `colums` (did you mean `columns`?)'],
  [
    'rows: [{min: -1, agents: grid}]',
    'x.yaml:1:14: rows.0.min: expected a number of cells above 0; found the number -1',
  ],
  ['- agents: grid', 'x.yaml:1:1: expected a node: rows, columns, agents, pane, agent; found a list'],
  ['', 'x.yaml:1:1: expected a node: rows, columns, agents, pane, agent; found nothing'],
  ['rows: [', 'x.yaml:1:8: '],
])('%j is refused with its place and what was expected', (text, expected) => {
  let said = 'accepted';
  try {
    parseLayout(text, 'x.yaml');
  } catch (error) {
    said = error instanceof ConfigError ? error.message : String(error);
  }
  expect(said).toContain(expected);
});
