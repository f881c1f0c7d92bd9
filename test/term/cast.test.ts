import { expect, test } from 'vitest';
import { type Cast, eventLine, headerLine, readCast } from '../../src/term/cast.ts';
import { Playback } from '../../src/term/playback.ts';
import { Recording } from '../../src/term/recording.ts';
import { Redactor, secretsIn } from '../../src/term/redact.ts';
import { Screen } from '../../src/term/screen.ts';
import { picture } from './picture.ts';
import { random, seeds } from './random.ts';

const size = { cols: 20, rows: 4 };
const secret = 'sk-ant-12345678';

/** A recording of what happens at such seconds, and the text of its file. */
function record(secrets: readonly string[] = [], before = '') {
  let now = 0;
  let text = '';
  const screen = new Screen(size, { scrollback: 50 });
  screen.write(before);
  // It begins with its first snapshot, not when it is made.
  now = 4_000;
  const recording = new Recording({
    write: (line) => {
      text += line;
    },
    clock: () => now,
    began: Date.parse('2026-01-02T03:04:05.678Z'),
    title: 'backend',
    secrets,
  });
  now = 5_000;
  recording.snapshot(size, screen.snapshot());
  return {
    recording,
    at(seconds: number, output: string | Uint8Array) {
      now = 5_000 + seconds * 1000;
      recording.output(typeof output === 'string' ? Buffer.from(output) : output);
    },
    move(seconds: number) {
      now = 5_000 + seconds * 1000;
    },
    get text() {
      return text;
    },
    cast(): Cast {
      recording.end();
      return readCast(text, 'x.cast');
    },
  };
}

/** All that a recording writes, joined: what a search through the file would find. */
const outputOf = ({ events }: Cast) =>
  events.map((event) => ('output' in event ? event.output : '')).join('');

test('a recording begins with the header of asciicast v2 and the screen as it is, without its history', () => {
  const { text, cast } = record([], `${'old\r\n'.repeat(9)}\x1b[31mnow`);
  expect(text.split('\n')[0]).toBe(
    '{"version":2,"width":20,"height":4,"timestamp":1767323045,"title":"backend","env":{"TERM":"xterm-256color"}}',
  );
  const { screen } = new Playback(cast());
  expect(screen.text()).toEqual(['old', 'old', 'old', 'now']);
  expect(screen.history).toBe(0);
});

test('what is written, and when, comes back from the file; a size is an event of its own', () => {
  const { at, recording, move, cast } = record();
  at(0.25, 'one');
  move(0.5);
  recording.resized({ cols: 30, rows: 5 });
  recording.resized({ cols: 30, rows: 5 });
  at(1.123456789, ' two');
  const read = cast();
  expect(read).toMatchObject({ size, title: 'backend' });
  expect(read.events.slice(1)).toEqual([
    { at: 0.25, output: 'one' },
    { at: 0.5, size: { cols: 30, rows: 5 } },
    { at: 1.123457, output: ' two' },
  ]);
});

test('a letter cut in two by a chunk is one letter, and a broken one does not stop it', () => {
  const { at, cast } = record();
  const [first = 0, ...rest] = Buffer.from('é');
  at(1, Uint8Array.of(first));
  at(2, Uint8Array.from([...rest, 0x41]));
  at(3, Uint8Array.of(0xc3));
  expect(cast().events.slice(1)).toEqual([
    { at: 2, output: 'éA' },
    { at: 3, output: '\ufffd' },
  ]);
});

test('a new session in the pane begins with its own screen and size', () => {
  const { recording, cast } = record([], 'first');
  const next = new Screen({ cols: 40, rows: 6 });
  next.write('\x1b[?1049hsecond');
  recording.snapshot({ cols: 40, rows: 6 }, next.snapshot());
  const playback = new Playback(cast());
  playback.advance(1000);
  expect(picture(playback.screen)).toEqual(picture(next));
});

test('secrets are what variables named so hold, unless it is a short word', () => {
  const env = {
    ...{
      GITHUB_TOKEN: 'ghp_1234567',
      API_KEY: 'short',
      NPM_SECRET: ' padded-secret\n',
      KEYBOARD: 'dvorak-dvorak',
    },
    ...{
      AWS_SECRET_ACCESS_KEY: 'aaaa/bbbb',
      PATH: '/usr/bin:/bin',
      MY_TOKEN: undefined,
      db_password: 'hunter2hunter2',
    },
  };
  expect(secretsIn(env)).toEqual(['ghp_1234567', 'padded-secret', 'aaaa/bbbb', 'hunter2hunter2']);
});

test.each([
  ['in one piece', [`key=${secret}!`]],
  ['in two chunks', ['key=sk-ant', '-12345678!']],
  ['letter by letter, as it is typed', ['key=', ...secret, '!']],
  [
    'coloured letter by letter',
    [`key=${[...secret].map((letter) => `\x1b[3${letter.length}m${letter}`).join('')}!`],
  ],
  ['with a sequence cut in the middle of it', ['key=sk-\x1b[3', '1mant-123456', '\x1b', '[m78!']],
  ['over two lines', ['key=sk-ant-\r\n12345678!']],
  ['in the title', [`\x1b]0;key=${secret}!\x07`]],
  ['twice', [`key=${secret}${secret}!`]],
])('a secret %s is masked', (_how, chunks) => {
  const { at, cast, recording } = record([secret]);
  for (const [index, chunk] of chunks.entries()) at(index + 1, chunk);
  const output = outputOf(cast());
  const bare = output.replace(/\x1b\[[0-?]*[@-~]/g, '').replace(/[\r\n]/g, '');
  expect(bare).toContain(`key=${'•'.repeat(secret.length)}`);
  expect(bare).toMatch(/•!/);
  expect(output).not.toMatch(/sk-|12345678/);
  expect(recording.masked).toBeGreaterThan(0);
});

test('a secret that is on the screen when the recording begins is masked, and the screen keeps its shape', () => {
  const plain = record([], `a ${secret} b\r\nnext`).cast();
  const masked = record([secret], `a ${secret} b\r\nnext`).cast();
  expect(outputOf(masked)).not.toContain('sk-');
  expect(new Playback(masked).screen.text()).toEqual(
    new Playback(plain).screen.text().map((line) => line.replace(secret, '•'.repeat(secret.length))),
  );
});

test('what only begins like a secret is held back until that is known, and keeps its time', () => {
  const { at, cast } = record([secret]);
  at(1, 'ls');
  at(2, 'k\x1b[1m-');
  at(3, 'off');
  at(4, 's');
  expect(cast().events.slice(1)).toEqual([
    { at: 1, output: 'l' },
    { at: 1, output: 's' },
    { at: 2, output: 'k\x1b[1m-' },
    { at: 3, output: 'off' },
    { at: 4, output: 's' },
  ]);
});

test('of two secrets that begin alike the longer one is masked whole', () => {
  const redactor = new Redactor(['password', 'password-of-ann']);
  const texts = ['my pass', 'word', '-of-', 'ann; password.'].flatMap((text, at) =>
    redactor.take({ at, text }),
  );
  texts.push(...redactor.flush());
  expect(texts.map(({ text }) => text).join('')).toBe(`my ${'•'.repeat(15)}; ${'•'.repeat(8)}.`);
});

test.each(seeds(10))('however a stream is cut into chunks, the same is masked (seed %i)', (seed) => {
  const r = random(seed);
  for (let round = 0; round < 50; round++) {
    const parts = [
      's',
      'sk',
      secret,
      'sk-ant-1234',
      '\x1b[31m',
      '\r\n',
      ' ',
      'x',
      'é',
      '👍',
      '\x1b]0;t\x07',
      '•',
    ];
    const text = Array.from({ length: 1 + r(30) }, () => r.pick(parts)).join('');
    const whole = new Redactor([secret]);
    const expected = [...whole.take({ at: 0, text }), ...whole.flush()].map((piece) => piece.text).join('');
    const cut = new Redactor([secret]);
    let got = '';
    for (let from = 0; from < text.length; ) {
      const to = from + 1 + r(6);
      got += cut
        .take({ at: from, text: text.slice(from, to) })
        .map((piece) => piece.text)
        .join('');
      from = to;
    }
    got += cut
      .flush()
      .map((piece) => piece.text)
      .join('');
    expect(got).toBe(expected);
    expect(got.length).toBe(text.length);
  }
});

test.each([
  ['', 'x.cast:1:1: expected an asciicast v2 header'],
  ['{"version": 1, "width": 80}\n', 'x.cast:1:1: expected "version": 2 of asciicast, this is 1'],
  ['{"version": 2, "width": 80}\n', 'x.cast:1:1: expected "height" from 1 to 2000, not nothing'],
  [
    '{"version": 2, "width": 1e9, "height": 24}\n',
    'x.cast:1:1: expected "width" from 1 to 2000, not 1000000000',
  ],
  ['[2]\n', 'x.cast:1:1: expected an asciicast v2 header'],
  ['\x7fELF\x01\x02\n', 'x.cast:1:1: expected an asciicast v2 header'],
  ['[0, "o"]\n[1, "o", "x"]\n', 'x.cast:2:1: expected an event, [seconds, "o", "text"]', true],
  ['[-1, "o", "x"]\n', 'x.cast:2:1: expected an event', true],
  [
    '\n[1, "o", x]\n',
    'x.cast:3:1: expected an event, [seconds, "o", "text"], but this is not JSON: "[1, \\"o\\", x]"',
    true,
  ],
  ['[1, "r", "80*24"]\n', 'x.cast:2:1: expected a size from 1x1 to 2000x2000, not "80*24"', true],
])('a broken file is told with its line: %j', (lines, said, headed = false) => {
  const header = headed ? headerLine(size, 0, '') : '';
  expect(() => readCast(header + lines, 'x.cast')).toThrow(said);
});

test('keys, markers, unknown events and a last line that was cut off are left out', () => {
  const lines = [
    '[0.5, "i", "q"]',
    '[0.6, "m", ""]',
    '[0.7, "z", "?"]',
    '',
    '[1, "o", "shown"]',
    '[2, "o", "cut',
  ];
  expect(readCast(headerLine(size, 0, '') + lines.join('\n'), 'x.cast')).toMatchObject({
    events: [{ at: 1, output: 'shown' }],
    note: 'line 7 is cut off, and left out',
  });
});

/** A cast of texts at seconds. */
const castOf = (...events: [number, string][]): Cast =>
  readCast(headerLine(size, 0, 't') + events.map(([at, output]) => eventLine({ at, output })).join(''), 'x');

test('it plays at its speed, which may change, pauses, and begins anew', () => {
  const playback = new Playback(castOf([0, 'a'], [1, 'b'], [3, 'c']), { speed: 2 });
  const shows = () => playback.screen.text()[0];
  expect([shows(), playback.wait, playback.length]).toEqual(['a', 500, 3]);
  playback.advance(499);
  expect(shows()).toBe('a');
  playback.advance(1);
  expect([shows(), playback.wait, playback.position]).toEqual(['ab', 1000, 1]);
  playback.paused = true;
  playback.advance(60_000);
  expect([shows(), playback.wait]).toEqual(['ab', null]);
  playback.paused = false;
  playback.speed /= 4;
  expect(playback.wait).toBe(4000);
  playback.advance(4000);
  expect([shows(), playback.ended, playback.wait, playback.position]).toEqual(['abc', true, null, 3]);
  playback.restart();
  expect([shows(), playback.ended, playback.position]).toEqual(['a', false, 0]);
  playback.speed = 1e9;
  expect(playback.speed).toBe(64);
});

test('longer pauses are cut down, to what is asked or to what the recording wishes', () => {
  const cast = castOf([0, 'a'], [10, 'b'], [10.5, 'c']);
  expect(new Playback(cast, { idle: 1 }).length).toBe(1.5);
  expect(new Playback({ ...cast, idle: 2 }).length).toBe(2.5);
  expect(new Playback(cast).length).toBe(10.5);
});
