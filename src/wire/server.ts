import { chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ClientLink } from './link.ts';
import type { ClientFrame, Hello, Welcome } from './schema.ts';

/** What the supervisor does with clients. A frame reaches it only after `hello` let the client in. */
export interface WireHandlers {
  /** version of this mcc, told to whoever is refused */
  version: string;
  /** Decides who a client is: what it is welcomed with, or why it is not. */
  hello(hello: Hello, client: ClientLink): Omit<Welcome, 'type' | 'wire'> | { reason: string; hint: string };
  frame(client: ClientLink, frame: Exclude<ClientFrame, Hello>, body: Buffer): void;
  /** a client that was let in is gone */
  close?(client: ClientLink): void;
  /** the socket's file is gone and cannot be made anew (its folder went, say); clients that are connected stay */
  lost?(error: Error): void;
}

export interface WireTimes {
  /** ms in which a client must say hello */
  hello: number;
  /** ms between two looks whether the socket's file is still there */
  check: number;
}

/** Another server answers at the socket's path. */
export class AddressInUse extends Error {
  override name = 'AddressInUse';
}

/** A listening socket and those connected to it. */
export class WireServer {
  readonly path: string;
  #handlers: WireHandlers;
  #times: WireTimes;
  #server: Server | undefined;
  #inode = 0;
  #clients = new Set<ClientLink>();
  #check: NodeJS.Timeout | undefined;
  #making: Promise<void> | undefined;

  constructor(path: string, handlers: WireHandlers, times: WireTimes) {
    this.path = path;
    this.#handlers = handlers;
    this.#times = times;
  }

  /** Clients that were let in. */
  get clients(): ClientLink[] {
    return [...this.#clients].filter((client) => client.hello !== undefined);
  }

  /** Starts to listen. The socket appears under its name only when it is ready and of mode 0600. */
  async open(): Promise<void> {
    await this.#make();
    this.#check = setInterval(() => this.restore(), this.#times.check).unref();
  }

  async #make(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    server.maxConnections = 256;
    const fresh = `${this.path}.new`;
    remove(fresh);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: fresh }, resolve);
    });
    chmodSync(fresh, 0o600);
    renameSync(fresh, this.path);
    this.#inode = lstatSync(this.path).ino;
    this.#server = server;
    server.on('error', (error) => this.#handlers.lost?.(error));
  }

  /** Makes the socket's file anew when it vanished: logind removes it at a user's last logout. Clients stay connected. */
  async restore(): Promise<void> {
    if (!this.#server || this.#making || inodeOf(this.path) === this.#inode) return;
    this.#making = this.#remake();
    await this.#making;
  }

  async #remake(): Promise<void> {
    const old = this.#server;
    try {
      if (await answers(this.path)) throw new AddressInUse(`another supervisor answers at ${this.path}`);
      await this.#make();
      old?.close();
    } catch (error) {
      if (this.#check) this.#handlers.lost?.(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#making = undefined;
    }
  }

  #accept(socket: Socket): void {
    const client = new ClientLink(socket, this.#handlers, this.#times.hello);
    this.#clients.add(client);
    client.onClose(() => this.#clients.delete(client));
  }

  /** Says goodbye to all clients and removes the socket. */
  async close(reason: string): Promise<void> {
    clearInterval(this.#check);
    this.#check = undefined;
    await this.#making;
    const server = this.#server;
    this.#server = undefined;
    if (inodeOf(this.path) === this.#inode) remove(this.path);
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    await Promise.all([...this.#clients].map((client) => client.end({ type: 'bye', reason })));
    await closed;
  }
}

/**
 * Listens on a Unix socket. A socket that nobody answers at was left by a crash and is replaced.
 * @param path at most 99 bytes, in a folder that only this user can enter
 * @throws AddressInUse when another server answers there
 */
export async function listen(
  path: string,
  handlers: WireHandlers,
  times: Partial<WireTimes> = {},
): Promise<WireServer> {
  if (Buffer.byteLength(path) > 99)
    throw new Error(`the path of the socket is longer than 99 bytes: ${path}`);
  if (await answers(path)) throw new AddressInUse(`a supervisor already answers at ${path}`);
  const server = new WireServer(path, handlers, { hello: 5000, check: 5000, ...times });
  await server.open();
  return server;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const inodeOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.ino;

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it is not there
  }
}
