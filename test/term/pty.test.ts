import { expect, test } from 'vitest';
import { type Exit, ptyHost, type Session } from '../../src/term/pty.ts';

const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8' };
const size = { cols: 80, rows: 24 };

function sh(script: string): Session {
  return ptyHost().spawn({ file: 'sh', args: ['-c', script], cwd: '/', env, size });
}

function collect(session: Session) {
  const decoder = new TextDecoder();
  const waits: { text: string; done: () => void }[] = [];
  let text = '';
  let bytes = 0;
  session.onData((data) => {
    const part = decoder.decode(data, { stream: true });
    text += part;
    bytes += data.length;
    for (const wait of waits)
      if (text.slice(-part.length - wait.text.length).includes(wait.text)) wait.done();
  });
  const shows = (wanted: string) =>
    new Promise<void>((resolve) => {
      if (text.includes(wanted)) resolve();
      else waits.push({ text: wanted, done: resolve });
    });
  const exit = new Promise<Exit>((resolve) => session.onExit(resolve));
  return { text: () => text, shows, exit, bytes: () => bytes };
}

test('a program gets what is typed and shows its answer', async () => {
  const session = ptyHost().spawn({ file: 'cat', args: [], cwd: '/', env, size });
  const output = collect(session);
  session.write(Buffer.from('grüß\r'));
  await output.shows('grüß\r\ngrüß\r\n');
  session.write(Buffer.from('\x04'));
  expect(await output.exit).toEqual({ code: 0, signal: null });
});

test('output is bytes, never cut characters', async () => {
  const output = collect(sh("printf '\\377\\000界'"));
  await output.exit;
  expect(output.text()).toContain('界');
});

test('all output arrives before the exit, however quick that is', async () => {
  for (let round = 0; round < 10; round++) {
    const output = collect(sh('seq 1 2000; printf last; exit 3'));
    expect(await output.exit).toEqual({ code: 3, signal: null });
    expect(output.text().endsWith('2000\r\nlast')).toBe(true);
  }
});

test('output left in the terminal of a paused session is read before its exit is told', async () => {
  const session = sh('printf start; head -c 3000 /dev/zero | tr "\\0" x; printf end');
  const output = collect(session);
  session.pause();
  await output.exit;
  expect(output.text()).toBe(`start${'x'.repeat(3000)}end`);
});

test('a flood arrives whole', async () => {
  const output = collect(sh('head -c 3000000 /dev/zero | tr "\\0" x'));
  expect(await output.exit).toEqual({ code: 0, signal: null });
  expect(output.bytes()).toBe(3_000_000);
});

test('a paused session stops its program, a resumed one goes on', async () => {
  const session = sh('yes | head -c 2000000; echo done');
  const output = collect(session);
  session.pause();
  const before = output.bytes();
  await new Promise((resolve) => setImmediate(resolve));
  expect(output.bytes()).toBe(before);
  session.resume();
  await output.shows('done');
});

test('a program that does not read neither blocks nor spins the process, and gets everything once it reads', async () => {
  const session = sh('stty raw -echo; echo ready; read go </dev/null; kill -STOP $$; head -c 300000 | wc -c');
  const output = collect(session);
  await output.shows('ready');
  const before = process.cpuUsage();
  session.write(Buffer.alloc(300_000, 97));
  session.write(Buffer.alloc(100, 98));
  const turns = await new Promise<number>((resolve) => {
    let count = 0;
    const timer = setInterval(() => {
      if (++count < 30) return;
      clearInterval(timer);
      resolve(count);
    }, 10);
  });
  const used = process.cpuUsage(before);
  expect(turns).toBe(30);
  expect((used.user + used.system) / 1000).toBeLessThan(250);
  session.kill('SIGCONT');
  await output.shows('300000');
  await output.exit;
});

test('the program sees its size, and a resize to nothing is one by one', async () => {
  const session = sh("stty size; trap 'stty size' WINCH; echo ready; while :; do read x; done");
  const output = collect(session);
  await output.shows('24 80');
  await output.shows('ready');
  session.resize({ cols: 0, rows: -4 });
  session.write(Buffer.from('\r'));
  await output.shows('1 1');
  session.kill('SIGKILL');
  expect(await output.exit).toEqual({ code: null, signal: 9 });
});

test('after its exit a session takes keys, sizes and signals without complaint', async () => {
  const session = sh('exit 0');
  await collect(session).exit;
  session.write(Buffer.from('x'));
  session.resize({ cols: 10, rows: 10 });
  session.pause();
  session.resume();
  session.kill();
});

test('killing reaches the whole process group', async () => {
  const session = sh('trap "" HUP; (echo child; sleep 60) & wait');
  const output = collect(session);
  await output.shows('child');
  session.kill('SIGTERM');
  expect((await output.exit).signal).toBe(15);
});

test('what cannot be started is an error that says what and where', () => {
  const start = (file: string, cwd = '/') => ptyHost().spawn({ file, args: ['--x'], cwd, env, size });
  expect(() => start('no-such-program')).toThrow(
    /cannot start no-such-program --x \(in \/\): no-such-program not found in PATH=/,
  );
  expect(() => start('./missing')).toThrow('./missing not found');
  expect(() => start('/etc/passwd')).toThrow('/etc/passwd is not executable');
  expect(() => start('sh', '/no/such/folder')).toThrow('(in /no/such/folder): no such folder');
});
