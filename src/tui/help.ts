import { type Keymap, keyTable } from './keymap.ts';

/** The name of a key as people read it. */
export const keyName = (key: string): string =>
  ({
    up: '↑',
    down: '↓',
    left: '←',
    right: '→',
    enter: '⏎',
    escape: 'esc',
    pageup: 'pgup',
    pagedown: 'pgdn',
    space: 'space',
  })[key] ?? key;

/** Keys that do the same thing to different panes stand in one row: `1–9`, `←↓↑→ hjkl`. */
export function groupKeys<T extends { key: string; words: string; label: string }>(
  rows: readonly T[],
): { keys: string; label: string; words: string }[] {
  const groups = new Map<string, { keys: string[]; label: string; words: string }>();
  for (const { key, words, label } of rows) {
    const way = /^focus (\d|left|right|up|down)$/.exec(words)?.[1];
    const kind = way === undefined ? 'one' : /\d/.test(way) ? 'number' : 'direction';
    const same = kind === 'one' ? words : kind;
    const known = kind === 'one' ? { label, words } : { label: `pane by ${kind}`, words: `focus <${kind}>` };
    const group = groups.get(same) ?? { keys: [], ...known };
    group.keys.push(keyName(key));
    groups.set(same, group);
  }
  return [...groups].map(([same, { keys, label, words }]) => {
    if (same === 'number') return { keys: `${keys[0]}–${keys.at(-1)?.at(-1)}`, label, words };
    const letters = keys.filter((key) => /^[hjkl]$/.test(key)).join('');
    const ways = keys.filter((key) => !/^[hjkl]$/.test(key)).join('');
    return { keys: same === 'direction' ? [ways, letters].join(' ').trim() : keys.join(' '), label, words };
  });
}

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
    'mouse',
    '  click        give a pane the focus; on a card or a row: choose it, and again: open it',
    '  wheel        look back in the terminal under the pointer, or move in a list',
    '',
    'The same words work everywhere: after the leader and :, and in a shell as `mcc …`. Leaving (detach) ends nothing:',
    '`mcc up` shows the same screens again. `mcc down` ends the team.',
  ].join('\n');
}
