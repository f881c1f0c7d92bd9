import { describe, expect, test } from 'vitest';
import { encode, type Input, KeyReader, type MouseInput, nameOf, parseKey } from '../../src/term/keys.ts';
import { type Modes, Screen } from '../../src/term/screen.ts';
import { random, seeds } from './random.ts';

const plain: Modes = new Screen({ cols: 10, rows: 2 }).modes;

function read(text: string, flush = true): Input[] {
  const reader = new KeyReader();
  const inputs = reader.read(Buffer.from(text, 'utf8'));
  return flush ? [...inputs, ...reader.flush(), ...reader.flush()] : inputs;
}

/** What was read, in words. */
function said(input: Input): string {
  switch (input.type) {
    case 'key':
      return input.text === undefined ? nameOf(input) : `${nameOf(input)}="${input.text}"`;
    case 'mouse': {
      const held = `${input.ctrl ? 'ctrl-' : ''}${input.alt ? 'alt-' : ''}${input.shift ? 'shift-' : ''}`;
      return `${input.action} ${held}${input.button} ${input.x},${input.y}`;
    }
    case 'paste':
      return `paste ${JSON.stringify(input.text)}`;
    case 'focus':
      return `focus ${input.focused}`;
    case 'reply':
      return 'reply';
  }
}

const readings: Record<string, Record<string, string[]>> = {
  'characters and control characters': {
    a: ['a="a"'],
    A: ['A="A"'],
    ü界: ['ü="ü"', '界="界"'],
    '👍': ['👍="👍"'],
    ' ': ['space=" "'],
    '?:[': ['?="?"', ':=":"', '[="["'],
    '\r\t\x7f': ['enter', 'tab', 'backspace'],
    '\x00\x01\x1a\x1c\x1d\x1e\x1f': [
      'ctrl-space',
      'ctrl-a',
      'ctrl-z',
      'ctrl-\\',
      'ctrl-]',
      'ctrl-^',
      'ctrl-_',
    ],
    '\n\b': ['ctrl-j', 'ctrl-h'],
  },
  'escape and Alt': {
    '\x1b': ['escape'],
    '\x1b\x1b': ['escape', 'escape'],
    '\x1ba\x1bA\x1b1': ['alt-a', 'alt-shift-a', 'alt-1'],
    '\x1b\r\x1b\x7f\x1b\x01': ['alt-enter', 'alt-backspace', 'ctrl-alt-a'],
    '\x1bü': ['alt-ü'],
    '\x1b[': ['alt-['],
    '\x1bO': ['alt-shift-o'],
    '\x1b]': ['alt-]'],
    '\x1b\x1b[A': ['alt-up'],
    '\x1b\x1ba': ['escape', 'alt-a'],
  },
  'cursor and function keys': {
    '\x1b[A\x1b[B\x1b[C\x1b[D': ['up', 'down', 'right', 'left'],
    '\x1bOA\x1bOH\x1bOF': ['up', 'home', 'end'],
    '\x1b[1;2A\x1b[1;3B\x1b[1;5C\x1b[1;8D': ['shift-up', 'alt-down', 'ctrl-right', 'ctrl-alt-shift-left'],
    '\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~': ['home', 'end', 'home', 'end', 'home', 'end'],
    '\x1b[2~\x1b[3~\x1b[5~\x1b[6;5~': ['insert', 'delete', 'pageup', 'ctrl-pagedown'],
    '\x1bOP\x1bOS\x1b[15~\x1b[24~\x1b[1;2R': ['f1', 'f4', 'f5', 'f12', 'shift-f3'],
    '\x1b[[A\x1b[[E': ['f1', 'f5'],
    '\x1b[Z': ['shift-tab'],
    '\x1bOM\x1bOj': ['enter', '*="*"'],
  },
  'kitty keys and modifyOtherKeys': {
    '\x1b[97;5u\x1b[27u\x1b[13;2u\x1b[32;5u': ['ctrl-a', 'escape', 'shift-enter', 'ctrl-space'],
    '\x1b[97:65;4u\x1b[47:63;4u': ['alt-shift-a', 'alt-?'],
    '\x1b[105;5u\x1b[9;5u\x1b[9;2u': ['ctrl-i', 'ctrl-tab', 'shift-tab'],
    '\x1b[97;5:3u': [],
    '\x1b[57399u\x1b[57414u\x1b[57441u': ['0="0"', 'enter'],
    '\x1b[27;2;13~\x1b[27;5;97~': ['shift-enter', 'ctrl-a'],
    '\x1b[97;129u': ['a="a"'],
  },
  mouse: {
    '\x1b[<0;1;1M\x1b[<0;12;3m': ['press left 0,0', 'release left 11,2'],
    '\x1b[<32;5;6M\x1b[<35;5;6M\x1b[<2;1;1M': ['move left 4,5', 'move none 4,5', 'press right 0,0'],
    '\x1b[<64;3;4M\x1b[<65;3;4M': ['wheel wheel-up 2,3', 'wheel wheel-down 2,3'],
    '\x1b[<20;1;1M\x1b[<8;1;1M': ['press ctrl-shift-left 0,0', 'press alt-left 0,0'],
    '\x1b[M !!\x1b[M#!!': ['press left 0,0', 'release none 0,0'],
  },
  'pastes, focus and replies': {
    '\x1b[200~a\x1b[Ab\nü\x1b[201~x': ['paste "a\\u001b[Ab\\nü"', 'x="x"'],
    '\x1b[200~\x1b[201~': ['paste ""'],
    '\x1b[I\x1b[O': ['focus true', 'focus false'],
    '\x1b[?62;22c\x1b[>0;276;0c\x1b[?5u\x1b[?2026;2$y\x1b[12;40R\x1b[0n': Array(6).fill('reply'),
    '\x1b]11;rgb:0/0/0\x07\x1bP>|kitty\x1b\\a': ['reply', 'reply', 'a="a"'],
    '\x1b[99X': ['reply'],
  },
};

for (const [what, cases] of Object.entries(readings))
  describe(`reading ${what}`, () => {
    test.each(Object.entries(cases))('%j', (bytes, expected) => {
      expect(read(bytes).map(said)).toEqual(expected);
    });
  });

test('an escape waits for what may follow, and becomes a key when nothing does', () => {
  const reader = new KeyReader();
  expect(reader.read(Buffer.from('\x1b'))).toEqual([]);
  expect(reader.pending).toBe(true);
  expect(reader.flush().map(said)).toEqual(['escape']);
  expect(reader.pending).toBe(false);
  reader.read(Buffer.from('\x1b'));
  expect(reader.read(Buffer.from('[A')).map(said)).toEqual(['up']);
});

test('a reply that arrives slowly never turns into keys', () => {
  const reader = new KeyReader();
  reader.read(Buffer.from('\x1b]11;rgb:00'));
  expect(reader.flush()).toEqual([]);
  expect(reader.read(Buffer.from('00/00/00\x1b\\q')).map(said)).toEqual(['reply', 'q="q"']);
  reader.read(Buffer.from('\x1b]never ended'));
  reader.flush();
  reader.flush();
  expect(reader.read(Buffer.from('k')).map(said)).toEqual(['k="k"']);
});

test.each(seeds(50))('however bytes are cut, the same is read (seed %i)', (seed) => {
  const r = random(seed);
  // alone, a cut-off escape is rightly a key: everything but those goes in
  const all = Object.values(readings)
    .flatMap((cases) => Object.keys(cases))
    .filter((bytes) => !/\x1b[[\]O]?$/.test(bytes));
  const bytes = Buffer.from(Array.from({ length: 20 }, () => r.pick(all)).join(''));
  const reader = new KeyReader();
  const pieces: Input[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + r(4);
    pieces.push(...reader.read(bytes.subarray(at, at + length)));
    at += length;
  }
  expect(pieces.map(said)).toEqual(read(bytes.toString(), false).map(said));
  expect(reader.pending).toBe(false);
});

function sends(bytes: string, modes: Partial<Modes> = {}): string {
  return read(bytes)
    .map((input) => encode(input, { ...plain, ...modes }))
    .map((sent) => (sent ? Buffer.from(sent).toString('latin1') : '-'))
    .join('');
}

test('plain keys reach a plain program as they came', () => {
  for (const bytes of [
    'a',
    'A',
    '\r',
    '\t',
    '\x7f',
    '\x1b',
    '\x00',
    '\x03',
    '\x1c',
    '\x1ba',
    '\x1bA',
    '\x1b\r',
    '\x1b[A',
    '\x1b[1;5C',
    '\x1b[3~',
    '\x1b[15;2~',
    '\x1bOP',
    '\x1b[Z',
    '\b',
  ])
    expect(JSON.stringify(sends(bytes))).toBe(JSON.stringify(bytes));
  expect(encode(read('ü')[0] as Input, plain)).toEqual(Buffer.from('ü'));
});

test('cursor keys follow the mode of the program, not that of the terminal', () => {
  expect(sends('\x1bOA\x1b[H')).toBe('\x1b[A\x1b[H');
  expect(sends('\x1b[A\x1b[1;2A', { cursorKeys: true })).toBe('\x1bOA\x1b[1;2A');
});

test('kitty keys of the terminal reach a plain program in the old form', () => {
  expect(sends('\x1b[97;5u\x1b[27u\x1b[32;5u\x1b[97:65;4u\x1b[13;2u\x1b[105;5u')).toBe('\x01\x1b\0\x1bA\r\t');
});

test('a program that asked for kitty keys gets them', () => {
  const modes = { kitty: 1 };
  expect(sends('a\rA', modes)).toBe('a\rA');
  expect(sends('\x1b[13;2u\x01\x1b\x1bx', modes)).toBe('\x1b[13;2u\x1b[97;5u\x1b[27u\x1b[120;3u');
  expect(sends('\x1bOR', modes)).toBe('\x1b[13~');
});

test('a program that asked for modifyOtherKeys gets what the old form cannot tell, or all', () => {
  expect(sends('\x1b[13;2u\x01\x1bx\x1b[9;5u', { modifyOtherKeys: 1 })).toBe(
    '\x1b[27;2;13~\x01\x1bx\x1b[27;5;9~',
  );
  expect(sends('\x1b[13;2u\x01\x1bxb', { modifyOtherKeys: 2 })).toBe(
    '\x1b[27;2;13~\x1b[27;5;97~\x1b[27;3;120~b',
  );
});

test('a paste is wrapped when asked for, cannot end itself, and cannot send control characters when not', () => {
  const paste = { type: 'paste', text: 'a\r\nb\x1b[20\x1b[201~1~c\x1b[31m' } as const;
  expect(Buffer.from(encode(paste, { ...plain, paste: true }) ?? []).toString()).toBe(
    '\x1b[200~a\rbc\x1b[31m\x1b[201~',
  );
  expect(Buffer.from(encode(paste, plain) ?? []).toString()).toBe('a\rb[20[201~1~c[31m');
});

test('focus is told to those who asked, replies to nobody', () => {
  expect(sends('\x1b[I')).toBe('-');
  expect(sends('\x1b[I\x1b[O', { focus: true })).toBe('\x1b[I\x1b[O');
  expect(sends('\x1b[?62c', { focus: true })).toBe('-');
});

test('the mouse is told as asked: which events, and how they are written', () => {
  const events = '\x1b[<0;3;4M\x1b[<32;3;4M\x1b[<35;3;4M\x1b[<0;3;4m\x1b[<64;3;4M';
  expect(sends(events)).toBe('-----');
  expect(sends(events, { mouse: 'x10' })).toBe('\x1b[M #$----');
  expect(sends(events, { mouse: 'press', mouseEncoding: 'sgr' })).toBe(
    '\x1b[<0;3;4M--\x1b[<0;3;4m\x1b[<64;3;4M',
  );
  expect(sends(events, { mouse: 'drag' })).toBe('\x1b[M #$\x1b[M@#$-\x1b[M##$\x1b[M`#$');
  expect(sends(events, { mouse: 'any', mouseEncoding: 'sgr' })).toBe(events);
  expect(sends('\x1b[<0;3;4M', { mouse: 'any', mouseEncoding: 'urxvt' })).toBe('\x1b[32;3;4M');
  const far: MouseInput = {
    type: 'mouse',
    action: 'press',
    button: 'left',
    x: 299,
    y: 0,
    ctrl: true,
    alt: false,
    shift: false,
  };
  expect(encode(far, { ...plain, mouse: 'any' })).toBeNull();
  expect(encode(far, { ...plain, mouse: 'any', mouseEncoding: 'utf8' })).toEqual(
    Buffer.from('\x1b[M0\u014c!'),
  );
});

test('a key has one name, however a person writes it', () => {
  const names: Record<string, string | null> = {
    'ctrl-space': 'ctrl-space',
    'Ctrl+Space': 'ctrl-space',
    'alt-1': 'alt-1',
    leader: 'leader',
    esc: 'escape',
    A: 'A',
    'shift-a': 'A',
    'alt-A': 'alt-shift-a',
    'shift-alt-ctrl-x': 'ctrl-alt-shift-x',
    '?': '?',
    '-': '-',
    'ctrl--': 'ctrl--',
    '+': '+',
    'page-up': 'pageup',
    F5: 'f5',
    'shift-tab': 'shift-tab',
    ' ': 'space',
    nonsense: null,
    '': null,
    'ctrl-': null,
    f36: null,
    ab: null,
  };
  for (const [written, name] of Object.entries(names))
    expect([written, parseKey(written)]).toEqual([written, name]);
});

test('every name that is read is a name that a person may write', () => {
  for (const cases of Object.values(readings))
    for (const bytes of Object.keys(cases))
      for (const input of read(bytes))
        if (input.type === 'key') expect(parseKey(nameOf(input))).toBe(nameOf(input));
});
