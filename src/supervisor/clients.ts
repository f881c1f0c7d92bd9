import { basename } from 'node:path';
import type { Actor, Event } from '../core/event.ts';
import type { Size } from '../term/screen.ts';
import type { ClientLink } from '../wire/link.ts';
import type { ClientFrame, Hello } from '../wire/schema.ts';
import type { WireHandlers } from '../wire/server.ts';
import { give } from './door.ts';
import { identify } from './identity.ts';
import type { Project } from './project.ts';
import type { Terminal, Watcher } from './terminal.ts';

/** A client that has not taken this much is not sent more output; it gets a snapshot once it has caught up. In bytes. */
const slowBytes = 2 * 1024 * 1024;

interface Client {
  link: ClientLink;
  actor: Actor;
  follows: boolean;
  /** by agent: what it watches, and whether it missed output because it was slow */
  watches: Map<string, { watcher: Watcher; terminal: Terminal | undefined; behind: boolean }>;
}

/** Who is connected, and what they see. */
export class Clients {
  readonly #project: Project;
  readonly #clients = new Map<ClientLink, Client>();

  constructor(project: Project) {
    this.#project = project;
  }

  /** How the wire server talks to this. */
  handlers(): WireHandlers {
    const { version, base, root } = this.#project;
    return {
      version,
      hello: (hello: Hello, link) => {
        const actor = identify(this.#project.supervisor.state, this.#project.tokens, hello);
        if (typeof actor !== 'string') return { reason: actor.refusal, hint: actor.hint ?? 'mcc help' };
        link.onDrain(() => this.#caughtUp(link));
        this.#clients.set(link, { link, actor, follows: false, watches: new Map() });
        return { version, pid: process.pid, project: basename(root), base, actor };
      },
      frame: (link, frame, body) => {
        const client = this.#clients.get(link);
        if (client) this.#take(client, frame, body);
      },
      close: (link) => {
        const client = this.#clients.get(link);
        for (const agent of client?.watches.keys() ?? []) this.#unwatch(client, agent);
        this.#clients.delete(link);
      },
      lost: (error) =>
        this.#project.note('error', 'the socket cannot be made anew', { error: error.message }),
    };
  }

  /** Tells every follower of an event; a new session is shown to those who watch its agent. */
  told(event: Event): void {
    for (const client of this.#clients.values()) {
      if (client.follows) client.link.send({ type: 'event', event });
    }
    if (event.type !== 'session.started') return;
    for (const client of this.#clients.values()) {
      if (client.watches.has(event.agent)) this.#watch(client, event.agent);
    }
  }

  /** Commands are decided by who gives them; the screen is the person's: no agent watches, types into or resizes a terminal. */
  #take(client: Client, frame: Exclude<ClientFrame, Hello>, body: Buffer): void {
    if (frame.type === 'command') void this.#command(client, frame.id, frame.words);
    else if (client.actor === 'person') this.#show(client, frame, body);
    else void client.link.end({ type: 'bye', reason: 'an agent has no access to screens and terminals' });
  }

  #show(client: Client, frame: Exclude<ClientFrame, Hello | { type: 'command' }>, body: Buffer): void {
    const { supervisor } = this.#project;
    switch (frame.type) {
      case 'follow':
        client.follows = true;
        client.link.send({ type: 'state', state: supervisor.state });
        return;
      case 'watch':
        if (frame.size) supervisor.terminals.get(frame.agent)?.resize(frame.size);
        if (frame.size) this.#project.sizes.set(frame.agent, frame.size);
        this.#watch(client, frame.agent);
        return;
      case 'unwatch':
        this.#unwatch(client, frame.agent);
        return;
      case 'input':
        supervisor.terminals.get(frame.agent)?.input(body);
        return;
      case 'resize': {
        const size: Size = { cols: frame.cols, rows: frame.rows };
        this.#project.sizes.set(frame.agent, size);
        supervisor.terminals.get(frame.agent)?.resize(size);
        return;
      }
    }
  }

  async #command(client: Client, id: number, words: string[]): Promise<void> {
    try {
      const result = await give(this.#project, words, client.actor);
      client.link.send({ type: 'result', id, ...result });
    } catch (error) {
      this.#project.note('error', 'a command failed', {
        words: words[0],
        error: error instanceof Error ? error.stack : String(error),
      });
      const refusal = error instanceof Error ? error.message : String(error);
      client.link.send({
        type: 'result',
        id,
        ok: false,
        refusal,
        hint: `look into ${this.#project.paths.log}`,
        code: 70,
      });
    }
  }

  /** Shows a terminal: its snapshot first, then all it writes. Doing it again shows it anew. */
  #watch(client: Client, agent: string): void {
    this.#unwatch(client, agent);
    const terminal = this.#project.supervisor.terminals.get(agent);
    const { link } = client;
    const watch = {
      terminal,
      behind: false,
      watcher: {
        output: (data: Uint8Array) => {
          if (watch.behind) return;
          if (link.buffered > slowBytes) {
            watch.behind = true;
            return;
          }
          link.send({ type: 'output', agent }, data);
        },
        resized: (size: Size) => link.send({ type: 'size', agent, cols: size.cols, rows: size.rows }),
      },
    };
    client.watches.set(agent, watch);
    if (!terminal) return;
    this.#snapshot(link, agent, terminal);
    terminal.watchers.add(watch.watcher);
  }

  #snapshot(link: ClientLink, agent: string, terminal: Terminal): void {
    // What is queued but not parsed would be missing from the snapshot and was not sent either.
    terminal.screen.flush();
    const { cols, rows } = terminal.screen.size;
    link.send({ type: 'snapshot', agent, cols, rows }, terminal.screen.snapshot());
  }

  #unwatch(client: Client | undefined, agent: string): void {
    const watch = client?.watches.get(agent);
    if (!watch) return;
    watch.terminal?.watchers.delete(watch.watcher);
    client?.watches.delete(agent);
  }

  /** A client that was too slow has taken all it was sent: what it missed comes as a snapshot. */
  #caughtUp(link: ClientLink): void {
    for (const [agent, watch] of this.#clients.get(link)?.watches ?? []) {
      if (!watch.behind || !watch.terminal) continue;
      watch.behind = false;
      this.#snapshot(link, agent, watch.terminal);
    }
  }
}
