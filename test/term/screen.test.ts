import { expect, test } from 'vitest';
import { cellWidth, glyphs } from '../../src/term/graphemes.ts';
import { Screen } from '../../src/term/screen.ts';
import { Window } from '../../src/term/window.ts';
import { picture } from './picture.ts';
import { piece, random, seeds } from './random.ts';

const size = { cols: 20, rows: 5 };

function screenWith(text: string, options = {}) {
  const screen = new Screen(size, options);
  screen.write(text);
  screen.flush();
  return screen;
}

/** All that a snapshot promises to restore. */
function everything(screen: Screen) {
  return { picture: picture(screen), cursor: screen.cursor, modes: screen.modes, title: screen.title };
}

function restored(screen: Screen) {
  const copy = new Screen(screen.size);
  copy.write(screen.snapshot());
  copy.flush();
  return copy;
}

test('what a program writes is on the screen, trailing blanks trimmed', () => {
  const screen = screenWith('hello   \r\n\x1b[31mworld\x1b[m');
  expect(screen.text()).toEqual(['hello', 'world', '', '', '']);
  expect(screen.cursor).toMatchObject({ x: 5, y: 1, visible: true, shape: 'block' });
});

test('bytes are parsed in slices, and pending says how much is left', async () => {
  const screen = new Screen(size);
  screen.write('x'.repeat(50_000));
  expect(screen.pending).toBe(50_000);
  expect(screen.slice()).toBe(50_000 - 16 * 1024);
  const parsed = new Promise<void>((resolve) => screen.onParsed(() => screen.pending === 0 && resolve()));
  await parsed;
  expect(screen.text()[4]).not.toBe('');
});

test('an urgent screen is parsed before one that floods', async () => {
  const flood = new Screen(size);
  const focused = new Screen(size);
  focused.urgent = true;
  flood.write('y'.repeat(2_000_000));
  focused.write('key');
  await new Promise((resolve) => focused.onParsed(resolve));
  expect(focused.text()[0]).toBe('key');
  expect(flood.pending).toBeGreaterThan(1_000_000);
  flood.dispose();
});

test('split UTF-8 and escape sequences are put together again', () => {
  const screen = new Screen(size);
  for (const byte of Buffer.from('ü\x1b[1;31m界\x1b]2;títle\x07')) screen.write(Uint8Array.of(byte));
  screen.flush();
  expect(screen.text()[0]).toBe('ü界');
  expect(screen.title).toBe('títle');
});

test('device queries are answered to the program, clipboard questions never', () => {
  const answers: string[] = [];
  const screen = new Screen(size, { answer: (bytes) => answers.push(bytes) });
  screen.write(
    '\x1b[c\x1b[>c\x1b[6n\x1b[?2026$p\x1b[>q\x1b[>1u\x1b[?u\x1b]11;?\x07\x1b]4;1;?\x07\x1b[18t\x1b]52;c;?\x07',
  );
  screen.flush();
  expect(answers).toEqual([
    '\x1b[?1;2c',
    '\x1b[>0;276;0c',
    '\x1b[1;1R',
    '\x1b[?2026;2$y',
    '\x1bP>|mcc\x1b\\',
    '\x1b[?1u',
    '\x1b]11;rgb:1111/1111/1111\x1b\\',
    '\x1b]4;1;rgb:cdcd/0000/0000\x1b\\',
    '\x1b[8;5;20t',
  ]);
});

test('bell, title, clipboard, notices and progress are told', () => {
  const heard: unknown[] = [];
  const screen = new Screen(size);
  screen.onBell(() => heard.push('bell'));
  screen.onTitle((title) => heard.push(title));
  screen.onClipboard((text) => heard.push({ text }));
  screen.onNotice((notice) => heard.push({ notice }));
  screen.onProgress((progress) => heard.push(progress));
  screen.write(
    `\x07\x1b]0;me\x07\x1b]52;c;${Buffer.from('grüß').toString('base64')}\x07\x1b]9;done\x07\x1b]9;4;1;42\x07\x1b]777;notify;a;b\x07`,
  );
  screen.flush();
  expect(heard).toEqual([
    'bell',
    'me',
    { text: 'grüß' },
    { notice: 'done' },
    { state: 'normal', percent: 42 },
    { notice: 'a: b' },
  ]);
});

test('modes are tracked, those that the emulator drops too', () => {
  const screen = screenWith(
    '\x1b[?1h\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[>1u\x1b[>4;2m\x1b[?25l\x1b[5 q\x1b[?1049h',
  );
  expect(screen.modes).toEqual({
    cursorKeys: true,
    keypad: false,
    paste: true,
    focus: true,
    mouse: 'drag',
    mouseEncoding: 'sgr',
    kitty: 0,
    modifyOtherKeys: 2,
    alternate: true,
    synchronised: false,
  });
  expect(screen.cursor).toMatchObject({ visible: false, shape: 'bar', blink: true });
  screen.write('\x1b[?1049l');
  screen.flush();
  expect(screen.modes.kitty).toBe(1);
});

test('an update that is asked for again is the same one, and the next one is another', () => {
  const screen = screenWith('a');
  const write = (bytes: string) => {
    screen.write(bytes);
    screen.flush();
    return screen.updatingSince;
  };
  expect(screen.updatingSince).toBeNull();
  const first = write('\x1b[?2026hb');
  expect(first).toBeGreaterThan(0);
  expect(write('\x1b[?2026hc')).toBe(first);
  expect(write('\x1b[?2026l\x1b[?2026h')).toBeGreaterThan(first as number);
  expect(write('\x1bc')).toBeNull();
  expect(write('\x1b[?2026h\x1b[!p')).toBeNull();
});

test('a view scrolled back stays on its text while output goes on, and when the oldest lines are dropped', () => {
  const screen = new Screen({ cols: 20, rows: 3 }, { scrollback: 10 });
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `line ${from + i}\r\n`).join('');
  screen.write(lines(0, 10));
  screen.flush();
  const window = new Window(screen);
  const other = new Window(screen);
  window.scroll = 4;
  const shown = window.text();
  expect(shown).toEqual(['line 4', 'line 5', 'line 6']);
  screen.write(lines(10, 14));
  screen.flush();
  expect(window.text()).toEqual(shown);
  expect([other.scroll, other.text()]).toEqual([0, screen.text()]);
  screen.write(lines(14, 40));
  screen.flush();
  expect(window.scroll).toBe(screen.history);
  window.scroll = 1_000;
  expect(window.scroll).toBe(10);
  window.scroll = -3;
  expect(window.scroll).toBe(0);
});

test('widths come from the table of the emulator', () => {
  for (const text of ['abc', '世界', 'e\u0301', '👩‍👩‍👧‍👦', '🇩🇪', '☁\ufe0f', 'नमस्ते', '│']) {
    const screen = screenWith(text);
    expect([text, cellWidth(text)]).toEqual([text, screen.cursor.x]);
  }
  expect(glyphs('a👩‍👩‍👧‍👦🇩🇪').map((one) => one.text)).toEqual(['a', '👩‍👩‍👧‍👦', '🇩🇪']);
});

test('a disposed or resized screen is quiet and never smaller than two columns', () => {
  const screen = screenWith('text');
  screen.resize({ cols: 0, rows: 0 });
  expect(screen.size).toEqual({ cols: 2, rows: 1 });
  screen.dispose();
  screen.dispose();
  screen.write('more');
  screen.resize(size);
  expect(screen.pending).toBe(0);
});

const corpus = {
  'plain text': 'one\r\ntwo',
  'underline styles, colours and links':
    '\x1b[4:3;58:2::1:2:3mcurly\x1b[m \x1b]8;;http://a/b\x1b\\link\x1b]8;;\x1b\\ \x1b[1;2;3;7;9;53mall\x1b[22mless',
  'wide glyphs wrapping at the edge': `${'界'.repeat(10)}x${'世'.repeat(12)}`,
  'a line that wraps with the cursor behind the last column': 'x'.repeat(20),
  'a wide glyph in the last columns': `${'x'.repeat(18)}界`,
  'coloured blanks': '\x1b[44m\x1b[2J\x1b[3;3Hhi\x1b[K',
  'a wrapped line scrolled in with a background': `\x1b[5;1H\x1b[41m${'a'.repeat(25)}\x1b[m`,
  history: Array.from({ length: 40 }, (_, i) => `\x1b[3${i % 8}mline ${i}`).join('\r\n'),
  'the alternate screen above the normal one': 'shell$ vi\r\n\x1b7\x1b[?1049h\x1b[2;3Hfile\x1b[2;4r\x1b[3;1H',
  'margins, origin, saved cursor and tab stops':
    '\x1b[3g\x1b[1;5H\x1bH\x1b[2;4r\x1b[33m\x1b[2;2H\x1b7\x1b[m\x1b[?6h\x1b[2;7Hx',
  'every mode':
    '\x1b[?1;1003;1006;1004;2004;45h\x1b[4h\x1b=\x1b[?7l\x1b[>1u\x1b[>4;1m\x1b[?25l\x1b[3 q\x1b]2;ti tle\x07\x1b[?2026h',
  'line drawing': '\x1b(0lqqk\x1b)0\x0e',
  'an unfinished sequence': 'abc\x1b[1;3',
  'an unfinished title': 'abc\x1b]2;half a ti',
};

for (const [name, bytes] of Object.entries(corpus))
  test(`a snapshot restores ${name}`, () => {
    const screen = screenWith(bytes);
    const copy = restored(screen);
    expect(everything(copy)).toEqual(everything(screen));
    for (const next of ['1mZ\x07', '\x1b8Q\tT', 'qqq', '\x1b[?1049lback', '\x1b[10Bend\r\n\n\n']) {
      for (const one of [screen, copy]) {
        one.write(next);
        one.flush();
      }
      expect(everything(copy)).toEqual(everything(screen));
    }
  });

test('a snapshot in the middle of a character carries its first bytes', () => {
  const bytes = Buffer.from('a\u{1f600}b');
  for (let split = 1; split < bytes.length; split++) {
    const screen = new Screen(size);
    screen.write(bytes.subarray(0, split));
    const copy = restored(screen);
    copy.write(bytes.subarray(split));
    copy.flush();
    expect(copy.text()[0]).toBe('a\u{1f600}b');
  }
});

test('the history that goes along with a snapshot can be limited', () => {
  const screen = screenWith(Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\r\n'));
  const copy = new Screen(size);
  copy.write(screen.snapshot(3));
  copy.flush();
  expect(copy.history).toBe(3);
  expect(copy.line(0)).toBe('line 32');
  expect(copy.cursor).toEqual(screen.cursor);
});

test('erasing everything above the last cell works, though xterm throws there', () => {
  const screen = screenWith('one\x1b[5;20H\x1b[1Jy');
  screen.onFault((error) => expect(error).toBeUndefined());
  screen.flush();
  expect(screen.text()).toEqual(['', '', '', '', `${' '.repeat(19)}y`]);
});

test.each(seeds(200))('whatever a program does, a snapshot taken anywhere restores it (seed %i)', (seed) => {
  const r = random(seed);
  const pieces = Array.from({ length: 120 }, () => piece(r, size.cols, size.rows));
  const at = r(pieces.length);
  const inside = pieces[at]?.startsWith('\x1b') ? r(pieces[at].length) : 0;
  const bytes = Buffer.from(pieces.join(''));
  const split = Buffer.byteLength(pieces.slice(0, at).join('') + pieces[at]?.slice(0, inside));
  const screen = new Screen(size);
  screen.onFault((error) => expect.fail(String(error)));
  screen.write(bytes.subarray(0, split));
  const copy = restored(screen);
  expect(everything(copy)).toEqual(everything(screen));
  for (const one of [screen, copy]) {
    one.write(bytes.subarray(split));
    one.flush();
  }
  expect(everything(copy)).toEqual(everything(screen));
});
