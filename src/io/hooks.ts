import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

/** Imported, all that the module offers is looked at: a whole HTTP client too, which takes 30 ms and is not used here. */
const { createServer } = createRequire(import.meta.url)('node:http') as typeof import('node:http');

/** Largest hook body read, in bytes; a tool's input may hold a whole file. What is larger is answered, but not read. */
const longestBody = 8 * 1024 * 1024;
/** Whoever sends more than this is cut off, in bytes. */
const tooMuch = 256 * 1024 * 1024;
/** How long a body may take to arrive, in ms: the caller is a process on the same machine. */
const patience = 30_000;

/** Takes one parsed body and returns what the hook is answered with. */
export type HookReader = (body: unknown) => Promise<object> | object;

export interface HookServer {
  /**
   * The address for one agent's hooks: one unguessable path; opening it again for the agent closes the old one.
   * @param address one that an earlier server gave out, to hear of a session that runs on
   */
  open(agent: string, read: HookReader, address?: string): string;
  close(): Promise<void>;
}

/**
 * Serves hooks of type http on loopback. Hooks fail open: whatever goes wrong here is answered with an empty object,
 * so that an agent is never stopped by its supervisor's trouble; nothing that must hold may rest on a hook alone.
 * @param port the one that sessions know already; another one if that is taken
 */
export async function serveHooks(onError: (error: unknown) => void, port = 0): Promise<HookServer> {
  const readers = new Map<string, { agent: string; read: HookReader }>();
  const server = createServer((request, response) => {
    const found = readers.get(request.url ?? '');
    if (request.method !== 'POST' || !found) {
      response.writeHead(404).end();
      return;
    }
    answer(request, response, found.read).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) send(response, {});
    });
  });
  server.requestTimeout = patience;
  server.headersTimeout = 10_000;
  const listen = (at: number) =>
    new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(at, '127.0.0.1', done);
    });
  await listen(port).catch((error: unknown) => {
    if (port === 0) throw error;
    return listen(0);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hook server has no port');
  return {
    open(agent, read, known) {
      for (const [path, reader] of readers) if (reader.agent === agent) readers.delete(path);
      const path = known ? new URL(known).pathname : `/${randomBytes(24).toString('hex')}`;
      readers.set(path, { agent, read });
      return `http://127.0.0.1:${address.port}${path}`;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, read: HookReader): Promise<void> {
  const body = await bodyOf(request);
  send(response, body === undefined ? {} : await read(body.value));
}

/** The JSON of a body; undefined when it is none, or too large. */
async function bodyOf(request: IncomingMessage): Promise<{ value: unknown } | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > tooMuch) throw new Error(`a hook body of more than ${tooMuch} bytes`);
    if (size <= longestBody) chunks.push(chunk);
  }
  if (size > longestBody) return undefined;
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return undefined;
  }
}

/**
 * A connection a hook: one that is kept is closed after some idle seconds, and a hook that is posted in that moment would
 * be lost, unheard by either side.
 */
function send(response: ServerResponse, value: object): void {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  response.writeHead(200, headers).end(JSON.stringify(value));
}
