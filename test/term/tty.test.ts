import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ptyHost } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';
import { Tty } from '../../src/term/tty.ts';

const size = { cols: 60, rows: 10 };

/** Runs tty-program.ts in a terminal of its own and watches that terminal. */
function start() {
  const screen = new Screen(size, { answer: (bytes) => session.write(Buffer.from(bytes)) });
  const args = ['--no-warnings', 'test/term/tty-program.ts'];
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', HOME: '/' };
  const session = ptyHost().spawn({ file: process.execPath, args, cwd: process.cwd(), env, size });
  let bytes = '';
  session.onData((data) => {
    bytes += Buffer.from(data).toString('latin1');
    screen.write(data);
  });
  const exit = new Promise<{ code: number | null; signal: number | null }>((resolve) =>
    session.onExit(resolve),
  );
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const off = screen.onParsed(() => {
        if (!condition()) return;
        off();
        resolve();
      });
    });
  const shows = (text: string) => until(() => screen.text().join('').includes(text));
  return { screen, session, exit, shows, until, bytes: () => bytes };
}

function processOf(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}

/** Waits, a turn of the event loop at a time, until this holds of another process. */
async function turned(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The state in which a shell expects its terminal. */
function restored(screen: Screen) {
  screen.flush();
  const fresh = new Screen(size);
  expect(screen.modes).toEqual(fresh.modes);
  expect(screen.cursor).toMatchObject({ visible: true, shape: 'block' });
}

test('an open terminal is in raw mode on the alternate screen, with mouse, paste, focus and kitty keys', async () => {
  const { screen, session, shows, until, exit } = start();
  await shows('frame');
  if (screen.modes.kitty === 0) await until(() => screen.modes.kitty === 1);
  expect(screen.modes).toMatchObject({
    alternate: true,
    mouse: 'drag',
    mouseEncoding: 'sgr',
    paste: true,
    focus: true,
  });
  expect(screen.cursor.visible).toBe(false);
  session.write(Buffer.from('q'));
  await exit;
  restored(screen);
});

for (const [what, key, code] of [
  ['is closed', 'q', 0],
  ['throws', 'b', 1],
  ['leaves a rejection unhandled', 'r', 1],
  ['calls process.exit', 'e', 3],
] as const)
  test(`the terminal is restored when the program ${what}`, async () => {
    const { screen, session, shows, exit } = start();
    await shows('frame');
    session.write(Buffer.from(key));
    expect(await exit).toEqual({ code, signal: null });
    restored(screen);
    if (code === 1)
      expect(Array.from({ length: screen.lines }, (_, line) => screen.line(line)).join('\n')).toMatch(
        /a bug|an unhandled rejection/,
      );
  });

for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGHUP', 1],
  ['SIGINT', 2],
] as const)
  test(`the terminal is restored on ${signal}, which then ends the program`, async () => {
    const { screen, session, shows, exit } = start();
    await shows('frame');
    session.kill(signal);
    expect(await exit).toEqual({ code: null, signal: number });
    restored(screen);
  });

test.runIf(process.platform === 'linux')(
  'a suspended program gives the terminal back, and takes it again and repaints when continued',
  async () => {
    const { screen, session, shows, until, exit } = start();
    await shows('frame');
    const left = until(() => !screen.modes.alternate);
    session.write(Buffer.from('z'));
    await left;
    restored(screen);
    await turned(() => processOf(session.pid, 'stat').split(' ')[2] === 'T');
    session.kill('SIGCONT');
    await shows('repainted');
    expect(screen.modes.alternate).toBe(true);
    session.write(Buffer.from('q'));
    await exit;
    restored(screen);
  },
);

test('a resize is told', async () => {
  const { session, shows, exit } = start();
  await shows('frame');
  session.resize({ cols: 50, rows: 9 });
  await shows('now 50x9');
  session.write(Buffer.from('q'));
  await exit;
});

test.runIf(process.platform === 'linux')(
  'a terminal that takes nothing gets no more frames, and the program goes on',
  async () => {
    const { session, shows, exit, bytes } = start();
    await shows('frame');
    session.pause();
    session.write(Buffer.from('f'));
    const title = () => processOf(session.pid, 'cmdline');
    await turned(() => title().includes('refused'));
    expect(Number(/after (\d+)/.exec(title())?.[1])).toBeLessThan(100);
    const drained = shows('drained');
    session.resume();
    await drained;
    session.write(Buffer.from('q'));
    await exit;
    expect(bytes().length).toBeLessThan(1_000_000);
  },
);

function fake() {
  const written: string[] = [];
  const output = Object.assign(new EventEmitter(), {
    writableLength: 0,
    columns: 0,
    rows: 0,
    write: (text: string, _done?: () => void) => written.push(text) > 0,
  });
  const input = Object.assign(new EventEmitter(), {
    setRawMode: (raw: boolean) => written.push(`raw ${raw}`),
    resume: () => {},
    pause: () => {},
  });
  const life = new EventEmitter();
  const raised: string[] = [];
  const tty = new Tty({ input, output, life, raise: (signal) => raised.push(signal) });
  return { tty, input, output, life, raised, written };
}

test('a terminal without a size is taken as 80 by 24', () => {
  expect(fake().tty.size).toEqual({ cols: 80, rows: 24 });
});

test('while the terminal is behind, frames are refused, and drain is told once', () => {
  const { tty, output, written } = fake();
  let drained = 0;
  tty.onDrain(() => drained++);
  tty.open();
  let taken = () => {};
  output.write = (text: string, done?: () => void) => {
    output.writableLength = text.length;
    taken = () => {
      output.writableLength = 0;
      done?.();
    };
    return written.push(text) > 0;
  };
  expect(tty.write('a')).toBe(true);
  expect(tty.write('b')).toBe(false);
  expect(tty.write('c')).toBe(false);
  taken();
  expect(drained).toBe(1);
  expect(tty.write('d')).toBe(true);
  taken();
  expect(drained).toBe(1);
  expect(written.slice(-2)).toEqual(['a', 'd']);
});

test('kitty keys are switched on only when the terminal answers, and off again', () => {
  const { tty, input, written } = fake();
  tty.open();
  input.emit('data', Buffer.from('\x1b[?1;2c'));
  expect(written.join('')).not.toContain('\x1b[>5u');
  input.emit('data', Buffer.from('\x1b[?0u'));
  input.emit('data', Buffer.from('\x1b[?5u'));
  expect(written.filter((bytes) => bytes === '\x1b[>5u')).toHaveLength(1);
  tty.close();
  tty.close();
  expect(written.filter((bytes) => bytes.startsWith('\x1b[<u'))).toHaveLength(1);
});

test('a signal that somebody else handles too only restores the terminal', () => {
  const { tty, life, raised, written } = fake();
  life.on('SIGTERM', () => {});
  tty.open();
  life.emit('SIGTERM');
  expect(raised).toEqual([]);
  expect(written.at(-1)).toContain('\x1b[?1049l');
  expect(tty.write('late')).toBe(false);
});
