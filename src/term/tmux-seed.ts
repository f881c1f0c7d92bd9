import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlClient } from './control.ts';
import { PenFollower } from './pens.ts';

/** What is asked of a pane beside its text: tmux(1), "FORMATS". A field that this tmux does not know comes back empty. */
const fields = [
  'alternate_on',
  'alternate_saved_x',
  'alternate_saved_y',
  'cursor_x',
  'cursor_y',
  'history_size',
  'scroll_region_upper',
  'scroll_region_lower',
  'pane_height',
  'cursor_flag',
  'insert_flag',
  'keypad_cursor_flag',
  'keypad_flag',
  'origin_flag',
  'wrap_flag',
  'mouse_standard_flag',
  'mouse_button_flag',
  'mouse_all_flag',
  'mouse_sgr_flag',
  'bracket_paste_flag',
  '@mcc_modes',
] as const;

type Field = (typeof fields)[number];
type Facts = Record<Field, string>;

/** Parts of a pane's text: the history, the picture, the normal screen behind the alternate one, an unfinished sequence. */
const parts = {
  history: ['-e', '-J', '-S', '-', '-E', '-1'],
  picture: ['-e', '-J'],
  behind: ['-e', '-J', '-a', '-q'],
  unfinished: ['-P'],
} as const;

let count = 0;

/**
 * The bytes that restore a pane in a fresh terminal of its size: history, picture, cursor, title and modes. All is read in
 * one moment, after the output that was handed over before and before all that follows.
 * @param folder a private folder: texts go through files there, since no mark in the stream could tell a screen's lines
 *   from the protocol's
 * @param moment called at that moment
 */
export async function readSeed(
  client: ControlClient,
  pane: string,
  folder: string,
  moment: () => void,
): Promise<Uint8Array> {
  const id = `mcc-${process.pid}-${count++}`;
  const files = Object.entries(parts).map(([part, flags]) => ({
    part,
    flags,
    name: `${id}-${part}`,
    path: join(folder, `${id}-${part}`),
  }));
  try {
    const [, facts = [], title = []] = await client.runAt(
      moment,
      ['refresh-client', '-A', `${pane}:continue`],
      ['display-message', '-p', '-t', pane, `:${fields.map((field) => `#{${field}}`).join(':')}`],
      ['display-message', '-p', '-t', pane, '#{?#{==:#{pane_title},#{host}},,:#{pane_title}}'],
      ...files.flatMap(({ flags, name, path }) => [
        // An empty capture makes no buffer: so there is always one.
        ['set-buffer', '-b', name, ' '],
        ['capture-pane', ...flags, '-b', name, '-t', pane],
        ['save-buffer', '-b', name, path],
        ['delete-buffer', '-b', name],
      ]),
    );
    const [history = '', picture = '', behind = '', unfinished = ''] = await Promise.all(
      files.map(({ path }) => readFile(path, 'latin1')),
    );
    const values = (facts[0] ?? '').split(':').slice(1);
    const known = Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ''])) as Facts;
    const text = seed(known, (title[0] ?? '').slice(1), { history, picture, behind, unfinished });
    return Buffer.from(text, 'latin1');
  } finally {
    await Promise.all(files.map(({ path }) => rm(path, { force: true })));
  }
}

/** All as bytes in latin1: what stands in a screen is UTF-8 already. */
function seed(facts: Facts, title: string, text: Record<keyof typeof parts, string>): string {
  const lines = (captured: string) => {
    const pen = new PenFollower(); // each capture begins with the plain one
    return captured
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => pen.line(line));
  };
  const alternate = facts.alternate_on === '1';
  const history = facts.history_size === '0' ? [] : lines(text.history);
  const at = (x: string, y: string) => `\x1b[${Number(y) + 1};${Number(x) + 1}H`;
  const normal = lines(alternate ? text.behind : text.picture);
  return [
    // tmux shifts to G1 for line drawing.
    '\x1bc\x1b)0',
    [...history, ...normal].join('\r\n'),
    alternate ? `${at(facts.alternate_saved_x, facts.alternate_saved_y)}\x1b[?1049h\x1b[H` : '',
    alternate ? lines(text.picture).join('\r\n') : '',
    '\x1b)B\x0f',
    title === '' ? '' : `\x1b]2;${Buffer.from(title).toString('latin1')}\x1b\\`,
    margins(facts),
    Buffer.from(facts['@mcc_modes'], 'base64').toString('latin1'),
    modes(facts),
    // Where the cursor is counts from the margins' top in origin mode.
    at(
      facts.cursor_x,
      facts.origin_flag === '1'
        ? String(Number(facts.cursor_y) - Number(facts.scroll_region_upper))
        : facts.cursor_y,
    ),
    text.unfinished.trim() === '' ? '' : text.unfinished,
  ].join('');
}

function margins({
  scroll_region_upper: top,
  scroll_region_lower: bottom,
  pane_height: rows,
}: Facts): string {
  const whole = top === '0' && Number(bottom) === Number(rows) - 1;
  return whole || top === '' ? '' : `\x1b[${Number(top) + 1};${Number(bottom) + 1}r`;
}

/** What tmux knows of modes is as they are now; of others the last word is what was kept. */
function modes(facts: Facts): string {
  const set = (field: Field, on: string, off: string) =>
    facts[field] === '1' ? on : facts[field] === '0' ? off : '';
  const mouse = (['mouse_standard_flag', 'mouse_button_flag', 'mouse_all_flag'] as const).map(
    (field) => facts[field],
  );
  return [
    set('cursor_flag', '\x1b[?25h', '\x1b[?25l'),
    set('insert_flag', '\x1b[4h', '\x1b[4l'),
    set('keypad_cursor_flag', '\x1b[?1h', '\x1b[?1l'),
    set('keypad_flag', '\x1b=', '\x1b>'),
    set('wrap_flag', '\x1b[?7h', '\x1b[?7l'),
    set('bracket_paste_flag', '\x1b[?2004h', '\x1b[?2004l'),
    mouse.includes('1') ? '' : '\x1b[?1000l\x1b[?1002l\x1b[?1003l',
    ...[1000, 1002, 1003].map((mode, index) => (mouse[index] === '1' ? `\x1b[?${mode}h` : '')),
    set('mouse_sgr_flag', '\x1b[?1006h', '\x1b[?1006l'),
    set('origin_flag', '\x1b[?6h', '\x1b[?6l'),
  ].join('');
}
