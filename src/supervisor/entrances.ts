import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listen, type WireHandlers, type WireServer } from '../wire/server.ts';

/**
 * The sockets of isolated agents, one each. A sandbox shows only its own, at the place of the supervisor's: whoever comes
 * in by it is of that agent, whatever pid or token it names. Its folder stays the same one over a restart of the
 * supervisor, since a session that lives on keeps seeing it.
 */
export class Entrances {
  readonly #runtime: string;
  readonly #handlers: (agent: string) => WireHandlers;
  readonly #servers = new Map<string, Promise<WireServer>>();

  /** @param runtime the supervisor's own private folder */
  constructor(runtime: string, handlers: (agent: string) => WireHandlers) {
    this.#runtime = runtime;
    this.#handlers = handlers;
  }

  /** The folder of an agent's socket, which listens. */
  async open(agent: string): Promise<string> {
    // Short, since the path of a socket ends at 99 bytes, and no agent's name has an underscore.
    const name = `_${createHash('sha256').update(agent).digest('hex').slice(0, 6)}`;
    const folder = join(this.#runtime, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const server = this.#servers.get(agent) ?? listen(join(folder, 'socket'), this.#handlers(agent));
    this.#servers.set(agent, server);
    await server.catch((error: unknown) => {
      this.#servers.delete(agent);
      throw error;
    });
    return folder;
  }

  async close(reason: string): Promise<void> {
    const servers = await Promise.allSettled(this.#servers.values());
    this.#servers.clear();
    await Promise.all(servers.map((one) => one.status === 'fulfilled' && one.value.close(reason)));
  }
}
