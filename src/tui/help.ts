import { type Keymap, keyTable } from './keymap.ts';
import { receiptMarks } from './theme.ts';

/** The name of a key as people read it. */
export const keyName = (key: string): string =>
  ({
    up: '↑',
    down: '↓',
    left: '←',
    right: '→',
    escape: 'esc',
    pageup: 'pgup',
    pagedown: 'pgdn',
    space: 'space',
  })[key] ?? key;

/** Commands that have a direction, and what the four keys together do. */
const directed: Readonly<Record<string, string>> = {
  focus: 'pane by direction',
  'pane swap': 'swap with neighbour',
  'pane resize': 'move the border',
  'pane move': 'move the cursor',
};

/** What a row belongs to: its command and direction or number, where it has one; else its words alone. */
function kindOf(words: string, label: string): { same: string; label: string; words: string } {
  const [, command = '', way] = /^(.+) (left|right|up|down)$/.exec(words) ?? [];
  const group = directed[command];
  if (way && group) return { same: command, label: group, words: `${command} <direction>` };
  if (/^focus \d$/.test(words)) return { same: 'number', label: 'pane by number', words: 'focus <number>' };
  return { same: words, label, words };
}

/** The names of keys of one row: `1–9`, `←↓↑→ hjkl`, `ctrl-←↓↑→`. */
function joinKeys(same: string, keys: readonly string[]): string {
  if (same === 'number') return `${keys[0]}–${keys.at(-1)?.at(-1)}`;
  const [, modifier] = /^(ctrl-|alt-|shift-)/.exec(keys[0] ?? '') ?? [];
  const arrows = keys.every((key) => /^(ctrl-|alt-|shift-)(left|right|up|down)$/.test(key));
  if (modifier && arrows)
    return `${modifier}${keys.map((key) => keyName(key.slice(modifier.length))).join('')}`;
  if (!(same in directed)) return keys.map(keyName).join(' ');
  const groups = [/^(left|right|up|down)$/, /^[hjkl]$/, /^[HJKL]$/].map((pattern) =>
    keys
      .filter((key) => pattern.test(key))
      .map(keyName)
      .join(''),
  );
  return groups.filter((group) => group !== '').join(' ');
}

/** Keys that do the same thing, or the same in different directions, stand in one row. */
export function groupKeys<T extends { key: string; words: string; label: string }>(
  rows: readonly T[],
): { keys: string; label: string; words: string; key: string | undefined }[] {
  const groups = new Map<string, { keys: string[]; label: string; words: string }>();
  for (const { key, words, label } of rows) {
    const kind = kindOf(words, label);
    const group = groups.get(kind.same) ?? { keys: [], label: kind.label, words: kind.words };
    group.keys.push(key);
    groups.set(kind.same, group);
  }
  return [...groups].map(([same, { keys, label, words }]) => ({
    ...{ keys: joinKeys(same, keys), label, words },
    key: keys.length === 1 ? keys[0] : undefined,
  }));
}

/** What the marks of messages mean, in the order in which a message gets them. */
const receipts = [
  ['queued', 'it waits for its turn'],
  ['held', 'it waits: the lower edge of the pane says why'],
  ['handed over', 'it was given to the agent'],
  ['accepted', 'the agent took it up'],
  ['answered', 'an answer came'],
  ['dropped', 'you took it out of the way'],
] as const;

const markRow = (symbol: string, word: string, meaning: string): string =>
  `  ${symbol.padEnd(12)} ${word.padEnd(24)} ${meaning}`;

/** The help page: every key, where it counts and the command that it stands for. */
export function helpText(keymap: Keymap): string {
  const table = keyTable(keymap);
  const places = [...new Set(table.map(({ where }) => where))];
  const body = places.flatMap((where) => {
    const rows = groupKeys(table.filter((row) => row.where === where));
    return [
      '',
      where,
      ...rows.map(({ keys, label, words }) => `  ${keys.padEnd(12)} ${label.padEnd(24)} ${words}`.trimEnd()),
    ];
  });
  return [
    'What you type goes to the agent whose frame is coloured. Everything else begins with the leader key:',
    `press ${keymap.leader} and all that can follow is shown.`,
    ...body,
    '',
    'marks of messages',
    ...receipts.map(([receipt, meaning]) =>
      markRow(receiptMarks[receipt].symbol, receiptMarks[receipt].word, meaning),
    ),
    markRow('!', 'failure', 'a file was refused, or something did not work'),
    '',
    'mouse',
    '  click        give a pane the focus; on a card or a row: choose it, and again: open it',
    '  drag         in a terminal: select and copy, in that pane alone; on a border: move it',
    '  two clicks   select a word; three: a line',
    '  wheel        look back in the terminal under the pointer, or move in a list',
    'A program that asks for the mouse has it in its pane; with alt held it is for selecting and looking back.',
    '',
    'The same words work everywhere: after the leader and :, and in a shell as `mcc …`. Leaving (detach) ends nothing:',
    '`mcc up` shows the same screens again. `mcc down` ends the team.',
  ].join('\n');
}
