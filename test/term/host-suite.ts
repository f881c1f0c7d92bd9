import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Exit, Host, Session, SessionSpec } from '../../src/term/host.ts';
import { env, size } from './host-suite-data.ts';

/** What holds for the sessions of every host. */

export function collect(session: Session) {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  const waits: { text: string; done: () => void }[] = [];
  let tail = '';
  let bytes = 0;
  session.onData((data) => {
    const part = decoder.decode(data, { stream: true });
    parts.push(part);
    bytes += data.length;
    tail += part;
    for (const wait of waits) if (tail.includes(wait.text)) wait.done();
    tail = tail.slice(-100);
  });
  const text = () => parts.join('');
  const shows = (wanted: string) =>
    new Promise<void>((resolve) => {
      if (text().includes(wanted)) resolve();
      else waits.push({ text: wanted, done: resolve });
    });
  const exit = new Promise<Exit>((resolve) => session.onExit(resolve));
  return { text, shows, exit, bytes: () => bytes };
}

export function hostSuite(host: () => Host) {
  const spawn = async (spec: Partial<SessionSpec> & { file: string }) =>
    await host().spawn({ args: [], cwd: '/', env, size, ...spec });
  const sh = (script: string, spec: Partial<SessionSpec> = {}) =>
    spawn({ file: 'sh', args: ['-c', script], ...spec });

  test('a program gets what is typed and shows its answer', async () => {
    const session = await spawn({ file: 'cat' });
    const output = collect(session);
    session.write(Buffer.from('grüß\r'));
    await output.shows('grüß\r\ngrüß\r\n');
    session.write(Buffer.from('\x04'));
    expect(await output.exit).toEqual({ code: 0, signal: null });
  });

  test('a program that ends by itself is not hung up by the end of its terminal', async () => {
    const exits = new Set<string>();
    for (let count = 0; count < 30; count += 1) {
      const output = collect(
        await sh('exec 0<&- 1>&- 2>&-; i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; exit 7'),
      );
      exits.add(JSON.stringify(await output.exit));
    }
    expect([...exits]).toEqual(['{"code":7,"signal":null}']);
  });

  test('every byte that is typed arrives as it is, many together too', async () => {
    const session = await sh(
      'stty raw -echo; echo ready; head -c 2560 | od -An -v -tx1 | tr -d " \\n\\r"; echo end',
    );
    const output = collect(session);
    await output.shows('ready');
    const all = Uint8Array.from({ length: 2560 }, (_, index) => index % 256);
    session.write(all);
    await output.exit;
    expect(output.text().replace(/\s|ready|end/g, '')).toBe(Buffer.from(all).toString('hex'));
  });

  test('output is bytes, never cut characters', async () => {
    const output = collect(await sh("printf '\\377\\000界\\\\033'"));
    await output.exit;
    expect(output.text()).toContain('界\\033');
  });

  test('the program sees its arguments, its folder and its environment, and no other', async () => {
    const odd = [
      'a b',
      '',
      '"$HOME"',
      "it's",
      '#{pid}',
      '\\n',
      ';',
      'x;',
      'two\nlines',
      'ü',
      '%1',
      '~',
      '-x',
    ];
    const given = { ...env, MCC_ODD: 'a "b"\n$c #{pid}; \\', SHELL: '/bin/zsh', SHLVL: '7' };
    const script =
      'process.stdout.write(JSON.stringify([process.argv.slice(2), process.cwd(), process.env]) + "\\n")';
    const session = await spawn({
      file: process.execPath,
      args: ['-e', script, '--', '--', ...odd],
      cwd: '/usr/share',
      env: given,
      size: { cols: 400, rows: 20 },
    });
    const output = collect(session);
    expect(await output.exit).toEqual({ code: 0, signal: null });
    const [args, cwd, variables] = JSON.parse(output.text());
    expect(args).toEqual(odd);
    expect(cwd).toBe('/usr/share');
    const { PWD, _, ...rest } = variables;
    expect(rest).toEqual(given);
  });

  test('the process of a session is the program itself', async () => {
    const session = await sh('echo "pid $$."; read x');
    const output = collect(session);
    await output.shows(`pid ${session.pid}.`);
    session.write(Buffer.from('\r'));
    await output.exit;
  });

  test('all output arrives before the exit, however quick that is', async () => {
    for (let round = 0; round < 10; round++) {
      const output = collect(await sh('seq 1 2000; printf last; exit 3'));
      expect(await output.exit).toEqual({ code: 3, signal: null });
      expect(output.text().endsWith('2000\r\nlast')).toBe(true);
    }
  });

  test('output left in the terminal of a paused session is read before its exit is told', async () => {
    const session = await sh('printf start; head -c 3000 /dev/zero | tr "\\0" x; printf end');
    const output = collect(session);
    session.pause();
    await output.exit;
    expect(output.text()).toBe(`start${'x'.repeat(3000)}end`);
  });

  test('a flood arrives whole', async () => {
    const output = collect(await sh('head -c 3000000 /dev/zero | tr "\\0" x'));
    expect(await output.exit).toEqual({ code: 0, signal: null });
    expect(output.bytes()).toBe(3_000_000);
  });

  test('a paused session hands nothing over, a resumed one all that came meanwhile', async () => {
    const mark = join(mkdtempSync(join(tmpdir(), 'mcc-paused-')), 'mark');
    const session = await sh(`seq 1 400; : > ${mark}; echo done; read x`);
    const output = collect(session);
    session.pause();
    while (!existsSync(mark)) await new Promise((resolve) => setImmediate(resolve));
    expect(output.bytes()).toBe(0);
    session.resume();
    await output.shows('done');
    const wanted = Array.from({ length: 400 }, (_, index) => `${index + 1}\r\n`).join('');
    expect(output.text()).toBe(`${wanted}done\r\n`);
    session.kill('SIGKILL');
    rmSync(dirname(mark), { recursive: true });
  });

  test('a program that does not read neither blocks nor spins the process, and gets everything once it reads', async () => {
    const session = await sh(
      'stty raw -echo; echo ready; read go </dev/null; kill -STOP $$; head -c 300000 | wc -c',
    );
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
    const session = await sh("stty size; trap 'stty size' WINCH; echo ready; while :; do read x; done");
    const output = collect(session);
    await output.shows('24 80');
    await output.shows('ready');
    session.resize({ cols: 0, rows: -4 });
    session.write(Buffer.from('\r'));
    await output.shows('1 1');
    session.kill('SIGKILL');
    expect(await output.exit).toEqual({ code: null, signal: 9 });
  });

  test('what is typed ahead of its end takes neither its last words nor how it ended', async () => {
    const all = Array.from({ length: 8 }, async () => {
      const session = await sh('echo ready; read x; echo last words; exit 5');
      const output = collect(session);
      await output.shows('ready');
      session.write(Buffer.from('\r\r\r\x04\x04'));
      expect(await output.exit).toEqual({ code: 5, signal: null });
      await output.shows('last words');
    });
    await Promise.all(all);
  });

  test('Ctrl-C reaches the program alone', async () => {
    const session = await sh("trap 'echo caught' INT; echo ready; read x; read y; exit 5");
    const output = collect(session);
    await output.shows('ready');
    session.write(Buffer.from('\x03'));
    await output.shows('caught');
    session.write(Buffer.from('\r\r'));
    expect(await output.exit).toEqual({ code: 5, signal: null });
  });

  test('after its exit a session takes keys, sizes and signals without complaint', async () => {
    const session = await sh('exit 0');
    await collect(session).exit;
    session.write(Buffer.from('x'));
    session.resize({ cols: 10, rows: 10 });
    session.pause();
    session.resume();
    session.kill();
  });

  test('killing reaches the whole process group', async () => {
    const session = await sh('trap "" HUP; (echo child; sleep 60) & wait');
    const output = collect(session);
    await output.shows('child');
    session.kill('SIGTERM');
    expect((await output.exit).signal).toBe(15);
  });

  test('what cannot be started is an error that says what and where', async () => {
    const start = (file: string, cwd = '/') => spawn({ file, args: ['--x'], cwd });
    await expect(start('no-such-program')).rejects.toThrow(
      /cannot start no-such-program --x \(in \/\): no-such-program not found in PATH=/,
    );
    await expect(start('./missing')).rejects.toThrow('./missing not found');
    await expect(start('/etc/passwd')).rejects.toThrow('/etc/passwd is not executable');
    await expect(start('sh', '/no/such/folder')).rejects.toThrow('(in /no/such/folder): no such folder');
  });
}
