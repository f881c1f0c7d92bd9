import { existsSync, linkSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  connect,
  Disconnected,
  NotRunning,
  Refused,
  type WireClient,
  WrongVersion,
} from '../../src/wire/client.ts';
import { encodeFrame, FrameReader } from '../../src/wire/frames.ts';
import type { ClientLink } from '../../src/wire/link.ts';
import { type ClientFrame, WIRE_VERSION } from '../../src/wire/schema.ts';
import { AddressInUse, listen, type WireServer, type WireTimes } from '../../src/wire/server.ts';

let folder = '';
let path = '';
const servers: WireServer[] = [];
const sockets: Socket[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcc-wire-'));
  path = join(folder, 'socket');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.close('the test is over');
  rmSync(folder, { recursive: true, force: true });
});

const me = { version: '0.0.0', pid: process.pid, client: 'cli' as const };
const hello = { type: 'hello', wire: WIRE_VERSION, ...me };

/** A server that answers each command with its words, and records what else happened. */
async function serve(
  more: {
    times?: Partial<WireTimes>;
    frame?(client: ClientLink, frame: ClientFrame, body: Buffer): void;
  } = {},
) {
  const seen: string[] = [];
  const lost: Error[] = [];
  const server = await listen(
    path,
    {
      version: '9.9.9',
      hello: ({ token, client, pid }) =>
        token === 'wrong'
          ? { reason: 'this token is of no session', hint: 'mcc status' }
          : {
              version: '9.9.9',
              pid: 1,
              project: 'p',
              base: 'main',
              actor: `${client} ${pid} ${token ?? 'person'}`,
            },
      frame(client, frame, body) {
        seen.push(`${frame.type}${body.length > 0 ? ` ${body}` : ''}`);
        if (frame.type === 'command')
          client.send({
            type: 'result',
            id: frame.id,
            ok: true,
            text: frame.words.join(' '),
            data: frame.input,
          });
        more.frame?.(client, frame, body);
      },
      close: (client) => seen.push(`closed ${client.hello?.client}`),
      lost: (error) => lost.push(error),
    },
    more.times,
  );
  servers.push(server);
  return { server, seen, lost };
}

/** A client that says what it likes; `last` is the last frame it gets before the server closes. */
function rude(...chunks: Uint8Array[]) {
  const socket = dial(path);
  sockets.push(socket);
  const reader = new FrameReader();
  const got: Record<string, unknown>[] = [];
  socket.on('data', (chunk) => got.push(...reader.push(chunk).map((frame) => frame.header)));
  socket.on('error', () => {});
  for (const chunk of chunks) socket.write(chunk);
  const last = new Promise<Record<string, unknown> | undefined>((resolve) =>
    socket.once('close', () => resolve(got.at(-1))),
  );
  return { socket, last, got };
}

const closed = (client: WireClient) => new Promise<string>((resolve) => client.onClose(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a client', () => {
  test('is welcomed, gives commands and gets each result under its own id', async () => {
    const { seen } = await serve();
    const client = await connect(path, { ...me, token: 't' });
    expect(client.welcome).toMatchObject({ project: 'p', base: 'main', actor: `cli ${process.pid} t` });
    const results = await Promise.all([
      client.command(['task', 'add', 'ü']),
      client.command(['send'], 'long text'),
    ]);
    expect(results).toEqual([
      { ok: true, text: 'task add ü' },
      { ok: true, text: 'send', data: 'long text' },
    ]);
    await client.close();
    await until(() => seen.includes('closed cli'));
  });

  test('gets a refusal as a result', async () => {
    await serve({
      frame: (client, frame) => {
        if (frame.type === 'command' && frame.words[0] === 'no')
          client.send({ type: 'result', id: frame.id + 1, ok: false, refusal: 'no', hint: 'mcc', code: 1 });
      },
    });
    const client = await connect(path, me);
    const [, second] = [client.command(['no']), client.command(['later'])];
    expect(await second).toEqual({ ok: false, refusal: 'no', hint: 'mcc', code: 1 });
    await client.close();
  });

  test('hears output as raw bytes, in order, also what came before it listened', async () => {
    await serve({
      frame: (client, frame) => {
        if (frame.type !== 'watch') return;
        client.send({ type: 'snapshot', agent: frame.agent, cols: 80, rows: 24 }, Buffer.from('\x1b[1m'));
        for (let byte = 0; byte < 256; byte++)
          client.send({ type: 'output', agent: frame.agent }, Buffer.from([byte]));
        client.send({ type: 'result', id: 0, ok: true, text: '' });
      },
    });
    const client = await connect(path, me);
    client.send({ type: 'watch', agent: 'backend', size: { cols: 80, rows: 24 } });
    await client.command(['settled']);
    const bytes: number[] = [];
    client.on((frame, body) => {
      if (frame.type === 'output') bytes.push(...body);
    });
    expect(bytes).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
    await client.close();
  });

  test('sends what was typed as raw bytes', async () => {
    const { seen } = await serve();
    const client = await connect(path, me);
    client.send({ type: 'input', agent: 'backend' }, Buffer.from('ü\r'));
    await client.command(['settled']);
    expect(seen).toContain('input ü\r');
    await client.close();
  });

  test('is told that none runs, whether there is no socket, a dead one or a file', async () => {
    await expect(connect(path, me)).rejects.toThrow(NotRunning);
    writeFileSync(path, 'not a socket');
    await expect(connect(path, me)).rejects.toMatchObject({ name: 'NotRunning', hint: 'mcc up' });
  });

  test('is told why it is not let in', async () => {
    const { server, seen } = await serve();
    const error = await connect(path, { ...me, token: 'wrong' }).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ message: 'this token is of no session', hint: 'mcc status' });
    expect(server.clients).toEqual([]);
    expect(seen).toEqual([]);
  });

  test('is told when the supervisor says goodbye while it waits', async () => {
    const { server } = await serve({ frame: () => {} });
    const client = await connect(path, me);
    const why = closed(client);
    await client.command(['settled']);
    servers.splice(0);
    await server.close('mcc down');
    expect(await why).toBe('mcc down');
    await expect(client.command(['more'])).rejects.toThrow('mcc down');
    expect(existsSync(path)).toBe(false);
  });

  test('whose command was not answered learns that it may or may not have been done', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write(
          encodeFrame({
            type: 'welcome',
            wire: WIRE_VERSION,
            version: '',
            pid: 1,
            project: '',
            base: '',
            actor: '',
          }),
        );
        socket.once('data', () => socket.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const client = await connect(path, me);
    await expect(client.command(['merge'])).rejects.toThrow(Disconnected);
    server.close();
  });

  test('does not wait for ever for a supervisor that hangs', async () => {
    const server = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(connect(path, me, { timeout: 50 })).rejects.toMatchObject({
      message: `the supervisor at ${path} did not answer within 0.05 s`,
      hint: expect.stringContaining('mcc down --force'),
    });
    server.close();
  });
});

describe('versions', () => {
  test.each([
    [WIRE_VERSION + 1, 'mcc down && mcc up'],
    [0, 'upgrade'],
  ])('a client of version %d is told so and what to do, whatever else it says', async (wire, hint) => {
    await serve();
    const { last } = rude(encodeFrame({ type: 'hello', wire, shape: ['unknown'] }));
    const told = await last;
    expect(told).toMatchObject({ type: 'refused', wire: WIRE_VERSION, version: '9.9.9' });
    expect(told?.reason).toContain(`version ${wire} of the protocol`);
    expect(told?.hint).toContain(hint);
  });

  test.each([
    [
      'a refusal',
      { type: 'refused', reason: 'you are old', hint: 'upgrade', wire: WIRE_VERSION + 1, version: '2' },
    ],
    ['a welcome', { type: 'welcome', wire: WIRE_VERSION + 1, something: 'else' }],
  ])('%s of a server of another version is understood as that', async (_what, header) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(encodeFrame(header)));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(connect(path, me)).rejects.toThrow(WrongVersion);
    server.close();
  });

  test('fields of the future are ignored', async () => {
    await serve();
    const { socket, got } = rude(encodeFrame({ ...hello, colour: 'red' }));
    socket.write(encodeFrame({ type: 'command', id: 7, words: ['a'], priority: 3 }));
    await until(() => got.length === 2);
    expect(got[1]).toEqual({ type: 'result', id: 7, ok: true, text: 'a' });
  });
});

describe('rubbish', () => {
  const oversized = Buffer.alloc(4);
  oversized.writeUInt32BE(0x7fffffff);
  const big = encodeFrame({ ...hello, filler: 'x'.repeat(70_000) });
  test.each([
    ['text of another protocol', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], 'no frame'],
    ['an oversized frame', [encodeFrame(hello), oversized], 'no frame'],
    ['a first frame that is too large for a hello', [big], 'no frame'],
    ['a first frame that is no hello', [encodeFrame({ type: 'follow' })], 'hello'],
    ['a hello that does not fit', [encodeFrame({ ...hello, pid: 'x' })], 'pid'],
    ['a second hello', [encodeFrame(hello), encodeFrame(hello)], 'hello twice'],
    ['a type that is not known', [encodeFrame(hello), encodeFrame({ type: 'launch' })], 'launch'],
    ['a frame of the server', [encodeFrame(hello), encodeFrame({ type: 'bye', reason: '' })], 'bye'],
    [
      'a size that is none',
      [encodeFrame(hello), encodeFrame({ type: 'resize', agent: 'a', cols: 0, rows: 1 })],
      'cols',
    ],
  ])('%s closes that client with the reason, and no other', async (_what, chunks, reason) => {
    const { seen } = await serve();
    const other = await connect(path, me);
    const told = await rude(...chunks).last;
    expect(told?.type).toBe('refused');
    expect(told?.reason).toContain(reason);
    expect(await other.command(['still', 'here'])).toMatchObject({ ok: true, text: 'still here' });
    expect(seen.filter((line) => line !== 'closed cli')).toEqual(['command']);
    await other.close();
  });

  test('what was asked before the rubbish is still done', async () => {
    const { seen } = await serve();
    const frames = [encodeFrame(hello), encodeFrame({ type: 'follow' }), Buffer.alloc(8)];
    expect(await rude(Buffer.concat(frames)).last).toMatchObject({ type: 'refused' });
    expect(seen).toContain('follow');
  });

  test('a client that ends in the middle of a frame is forgotten', async () => {
    const { seen } = await serve();
    const { socket, last } = rude(encodeFrame(hello), encodeFrame({ type: 'follow' }).subarray(0, 9));
    socket.end();
    await last;
    await until(() => seen.length > 0);
    expect(seen).toEqual(['closed cli']);
  });

  test('a client that says nothing is closed after its time', async () => {
    await serve({ times: { hello: 30 } });
    expect(await rude().last).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('hello in time'),
    });
  });

  test('a client that says half a hello is closed after its time', async () => {
    await serve({ times: { hello: 30 } });
    expect(await rude(encodeFrame(hello).subarray(0, 20)).last).toMatchObject({ type: 'refused' });
  });

  test('a server that speaks rubbish is an error of the client, not its end', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n'));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(connect(path, me)).rejects.toThrow('not understood');
    server.close();
  });
});

describe('a slow client', () => {
  test('shows by what is buffered that it does not read, and drains when it does', async () => {
    let link: ClientLink | undefined;
    let drained = 0;
    await serve({
      frame: (client) => {
        link = client;
        client.onDrain(() => drained++);
      },
    });
    const { socket } = rude(encodeFrame(hello), encodeFrame({ type: 'follow' }));
    await until(() => link !== undefined);
    socket.pause();
    const body = Buffer.alloc(256 * 1024);
    for (let count = 0; count < 16; count++) link?.send({ type: 'output', agent: 'a' }, body);
    expect(link?.buffered).toBeGreaterThan(1024 * 1024);
    const other = await connect(path, me);
    expect(await other.command(['quick'])).toMatchObject({ ok: true });
    await other.close();
    socket.resume();
    await until(() => drained > 0);
    expect(link?.buffered).toBe(0);
  });

  test('that never reads is closed before it fills the memory', async () => {
    let link: ClientLink | undefined;
    const { seen } = await serve({
      frame: (client) => {
        link = client;
      },
    });
    const { socket } = rude(encodeFrame(hello), encodeFrame({ type: 'follow' }));
    await until(() => link !== undefined);
    socket.pause();
    const body = Buffer.alloc(8 * 1024 * 1024);
    for (let count = 0; count < 20 && link?.open; count++) link.send({ type: 'output', agent: 'a' }, body);
    expect(link?.open).toBe(false);
    await until(() => seen.includes('closed cli'));
  });
});

describe('the socket', () => {
  test('is of mode 0600 and leaves nothing when it is closed', async () => {
    const { server } = await serve();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    servers.splice(0);
    await server.close('over');
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test('is not taken from a server that answers', async () => {
    await serve();
    await expect(serve()).rejects.toThrow(AddressInUse);
    const client = await connect(path, me);
    expect(await client.command(['a'])).toMatchObject({ ok: true });
    await client.close();
  });

  test('left by a crash is replaced', async () => {
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(`${path}.dead`, resolve));
    linkSync(`${path}.dead`, path);
    await new Promise((resolve) => dead.close(resolve));
    expect(statSync(path).isSocket()).toBe(true);
    await serve();
    await (await connect(path, me)).close();
  });

  test('that vanished is made anew, and who was connected stays so', async () => {
    await serve({ times: { check: 10 } });
    const before = await connect(path, me);
    unlinkSync(path);
    await until(() => existsSync(path));
    const after = await connect(path, me);
    expect(await after.command(['after'])).toMatchObject({ text: 'after' });
    expect(await before.command(['before'])).toMatchObject({ text: 'before' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await before.close();
    await after.close();
  });

  test('whose folder vanished is told as lost, and who was connected stays so', async () => {
    const { lost } = await serve({ times: { check: 10 } });
    const before = await connect(path, me);
    rmSync(folder, { recursive: true });
    await until(() => lost.length > 0);
    expect(await before.command(['before'])).toMatchObject({ text: 'before' });
    await before.close();
  });

  test('with a path that is too long for every system is refused', async () => {
    await expect(listen(join(folder, 'x'.repeat(100)), {} as never)).rejects.toThrow('longer than 99 bytes');
  });
});
