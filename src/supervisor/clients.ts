import { basename } from 'node:path';
import type { Actor, Event } from '../core/event.ts';
import type { Usage } from '../core/usage.ts';
import type { Size } from '../term/screen.ts';
import type { ClientLink } from '../wire/link.ts';
import type { ClientFrame, Hello } from '../wire/schema.ts';
import type { WireHandlers } from '../wire/server.ts';
import { answered } from './door.ts';
import { identify, identifyInside, markOf } from './identity.ts';
import { Outlet } from './outlet.ts';
import type { Project } from './project.ts';
import { type OpenScreen, Screens } from './screens.ts';

interface Client {
  link: ClientLink;
  actor: Actor;
  /** what the log says of it beside the actor, in the cause of what it does */
  mark: string;
  follows: boolean;
  /** what it sees of terminals */
  outlet: Outlet;
}

/** Who is connected, and what they see. */
export class Clients {
  readonly #project: Project;
  readonly #clients = new Map<ClientLink, Client>();
  readonly #screens: Screens;

  constructor(project: Project, openScreen: OpenScreen) {
    this.#project = project;
    const { root, supervisor, sizes, note } = project;
    const ports = {
      project: basename(root),
      state: () => supervisor.state,
      program: (agent: string) => supervisor.terminals.get(agent),
      resize: (agent: string, size: Size) => {
        sizes.set(agent, size);
        supervisor.terminals.get(agent)?.resize(size);
      },
      command: (words: readonly string[], mark: string) => answered(project, words, 'person', mark),
      note,
    };
    this.#screens = new Screens(ports, openScreen);
  }

  /** How the wire server talks to this. @param entrance the agent whose sandbox shows that server alone */
  handlers(entrance?: string): WireHandlers {
    const { version, base, root } = this.#project;
    return {
      version,
      hello: (hello: Hello, link) => {
        const { supervisor, tokens } = this.#project;
        const actor =
          entrance === undefined
            ? identify(supervisor.state, tokens, hello, root)
            : identifyInside(entrance, tokens, hello);
        if (typeof actor !== 'string') return { reason: actor.refusal, hint: actor.hint ?? 'mcc help' };
        this.#clients.set(link, {
          link,
          actor,
          mark: entrance === undefined ? markOf(hello) : '',
          follows: false,
          outlet: new Outlet(link),
        });
        return { version, pid: process.pid, project: basename(root), base, actor };
      },
      frame: (link, frame, body) => {
        const client = this.#clients.get(link);
        if (client) this.#take(client, frame, body);
      },
      close: (link) => {
        this.#clients.get(link)?.outlet.close();
        this.#clients.delete(link);
        this.#screens.gone(link);
      },
      lost: (error) =>
        this.#project.note('error', 'the socket cannot be made anew', { error: error.message }),
    };
  }

  /** Somebody follows the team on a screen. */
  get looked(): boolean {
    return this.#screens.count > 0;
  }

  measured(agents: Readonly<Record<string, Usage>>): void {
    this.#screens.measured(agents);
  }

  /** Tells every follower of an event; a new session is shown to those who watch its agent. */
  told(event: Event): void {
    this.#screens.told(event);
    for (const client of this.#clients.values()) {
      if (client.follows) client.link.send({ type: 'event', event });
    }
    if (event.type !== 'session.started') return;
    for (const client of this.#clients.values()) {
      if (client.outlet.watches(event.agent)) this.#watch(client, event.agent);
    }
  }

  /** Ends the screens; resolves when their terminals are as they were. */
  closeScreens(message: string): Promise<void> {
    return this.#screens.close(message);
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
        client.outlet.unwatch(frame.agent);
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
      case 'attach':
        this.#screens.attach(client.link, frame, client.mark);
        this.#project.usage.wake();
        return;
      case 'keys':
        this.#screens.keys(client.link, body);
        return;
      case 'resized':
        this.#screens.resized(client.link, frame);
        return;
      case 'signal':
        this.#screens.signal(client.link, frame.signal);
        return;
    }
  }

  async #command(client: Client, id: number, words: string[]): Promise<void> {
    const result = await answered(this.#project, words, client.actor, client.mark);
    client.link.send({ type: 'result', id, ...result });
  }

  #watch({ outlet }: Client, agent: string): void {
    outlet.watch(agent, this.#project.supervisor.terminals.get(agent));
  }
}
