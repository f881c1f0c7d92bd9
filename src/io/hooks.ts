import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Largest hook body taken, in bytes; a tool's input may hold a whole file. */
const longestBody = 8 * 1024 * 1024;

/** Takes one parsed body and returns what the hook is answered with. */
export type HookReader = (body: unknown) => Promise<object> | object;

export interface HookServer {
  /** The address for one agent's hooks: one unguessable path; opening it again for the agent closes the old one. */
  open(agent: string, read: HookReader): string;
  close(): Promise<void>;
}

/**
 * Serves hooks of type http on loopback. Hooks fail open: whatever goes wrong here is answered with an empty object,
 * so that an agent is never stopped by its supervisor's trouble; nothing that must hold may rest on a hook alone.
 */
export async function serveHooks(onError: (error: unknown) => void): Promise<HookServer> {
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
  // A held permission request stays open for as long as the person takes.
  server.requestTimeout = 0;
  server.headersTimeout = 10_000;
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hook server has no port');
  return {
    open(agent, read) {
      for (const [path, reader] of readers) if (reader.agent === agent) readers.delete(path);
      const path = `/${randomBytes(24).toString('hex')}`;
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
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) {
      response.writeHead(413).end();
      return;
    }
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    send(response, {});
    return;
  }
  send(response, await read(body));
}

function send(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
