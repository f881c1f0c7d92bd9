import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { shuffled } from '../../bench/random.ts';
import { messageText } from '../../src/agents/index.ts';
import { weigh } from '../../src/core/evidence.ts';
import { isPending, isRunning } from '../../src/core/state.ts';
import { Project } from './project.ts';
import type { HostName } from './scene.ts';

/** What came of it. */
export interface Chaos {
  seed: number;
  host: HostName;
  /** who played the agents */
  cast?: string;
  messages: number;
  agents: number;
  /** what was done meanwhile, and how often */
  deeds: Record<string, number>;
  /** what should not have happened, in words */
  wrong: string[];
  left: string[];
  seconds: number;
}

export interface Told {
  event: string;
  name: string;
  prompt?: string;
  via?: string;
}

/** Who plays the agents, and how a person deals with them. */
export interface Cast {
  name: string;
  /** of an agent in agents.yaml */
  spec: (agent: string) => object;
  /** what a message says on which a dialog opens, or on which it works until there is a file */
  ask: string;
  wait: (file: string) => string;
  /** what stands on the screen while a dialog is open, and the key that says yes */
  dialog: string;
  yes: string;
  /** keys that take a draft back */
  erase: (draft: string) => string;
  /** it reads keys in order and at once: what was sent is known by the keys */
  told: (project: Project) => Told[];
  close?: () => Promise<void>;
}

/** The scripted agent of test/fixtures, which writes down what happens to it. */
export const scripted: Cast = {
  name: 'scripted agents',
  spec: () => ({
    kind: 'claude',
    command: [process.execPath, resolve('test/fixtures/agent.mjs')],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: agents.yaml takes the person's own variable
    env: { AGENT_LOG: '${AGENT_LOG}', AGENT_TRAITS: 'tells' },
  }),
  ask: '@@ask',
  wait: (file) => `@@wait ${file}`,
  dialog: 'May I do this?',
  yes: 'y',
  erase: (draft) => '\x7f'.repeat(draft.length),
  told: ({ env }) =>
    (existsSync(env.AGENT_LOG ?? '') ? readFileSync(env.AGENT_LOG ?? '', 'utf8') : '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
};

/** What the person has in hand with an agent; mcc knows nothing of it. */
type Mode =
  | { is: 'free' }
  | { is: 'draft'; text: string; pid: number }
  /** it was sent a message on which it opens a dialog */
  | { is: 'asking' }
  /** it works until there is a file */
  | { is: 'waiting'; file: string };

/**
 * Messages to scripted agents in random states, while agents, supervisor and screen are killed. Who was told what is known
 * from the agents' own records, what was sent from the commands that were answered.
 */
export async function chaos(options: {
  messages: number;
  agents: number;
  seed: number;
  host: HostName;
  random: () => number;
  say: (line: string) => void;
  /** the mcc that is tried; bin/mcc when not given */
  program?: string;
  /** scripted agents when not given */
  cast?: Cast;
  /** beside what a person has */
  env?: Record<string, string>;
}): Promise<Chaos> {
  const begin = Date.now();
  const play = new Play(options);
  try {
    await play.run();
  } catch (error) {
    play.wrong.push(error instanceof Error ? error.message : String(error));
  }
  play.judge();
  const left = await play.project.close();
  const { messages, agents, seed, host } = options;
  await options.cast?.close?.();
  const seconds = Math.round((Date.now() - begin) / 1000);
  return {
    seed,
    host,
    cast: (options.cast ?? scripted).name,
    messages,
    agents,
    deeds: play.deeds,
    wrong: play.wrong,
    left,
    seconds,
  };
}

class Play {
  readonly project: Project;
  readonly deeds: Record<string, number> = {};
  readonly wrong: string[] = [];
  readonly #options: Parameters<typeof chaos>[0];
  readonly #names: string[];
  readonly #cast: Cast;
  readonly #modes = new Map<string, Mode>();
  /** ids by agent, in the order in which they were sent */
  readonly #sent = new Map<string, string[]>();
  /** how often the person has answered a dialog by a key, by agent */
  readonly #answers = new Map<string, number>();
  #screen: { kill: () => void } | undefined;
  #count = 0;

  constructor(options: Parameters<typeof chaos>[0]) {
    this.#options = options;
    this.#cast = options.cast ?? scripted;
    this.#names = Array.from({ length: options.agents }, (_, at) => `a${at + 1}`);
    const agents = Object.fromEntries(this.#names.map((name) => [name, this.#cast.spec(name)]));
    this.project = new Project({ host: options.host, agents }, options.env ?? {}, options.program);
    this.project.env.AGENT_LOG = join(this.project.top, 'agents.jsonl');
    for (const name of this.#names) this.#modes.set(name, { is: 'free' });
  }

  async run(): Promise<void> {
    const { project } = this;
    await project.up();
    for (const name of this.#names) project.watch(name);
    await project.until('all of them run', () => this.#names.every((name) => this.#runs(name)));
    while (this.#count < this.#options.messages) {
      await this.#step();
      // Not more than the person could oversee, so that states change while messages wait.
      await project
        .until('some are taken', () => this.#waiting() < 2 * this.#names.length, {
          ms: 2_000,
        })
        .catch(() => this.#settleOne());
    }
    await this.#calm();
  }

  #random = (): number => this.#options.random();
  #pick = <T>(things: readonly T[]): T | undefined => things[Math.floor(this.#random() * things.length)];
  #did(what: string): void {
    this.deeds[what] = (this.deeds[what] ?? 0) + 1;
  }
  #runs(name: string): boolean {
    const agent = this.project.state.agents[name];
    return agent !== undefined && isRunning(agent);
  }
  #waiting(): number {
    return Object.values(this.project.state.posts).filter(
      (post) => isPending(post) && post.message.to !== 'person',
    ).length;
  }

  /** One deed, most of them messages. */
  async #step(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.72) return this.#send();
    if (chance < 0.8) return this.#draft();
    if (chance < 0.92) return this.#settleOne();
    if (chance < 0.965) return this.#killAgent();
    if (chance < 0.98) return this.#killScreen();
    return this.#killSupervisor();
  }

  async #send(): Promise<void> {
    const name = this.#pick(this.#names) ?? '';
    const number = ++this.#count;
    const mode = this.#modes.get(name);
    const kind = mode?.is === 'free' && this.#runs(name) ? this.#random() : 1;
    const file = join(this.project.top, `go-${number}`);
    const long = this.#random() < 0.1 ? ` ${'and so on '.repeat(60)}` : '';
    const deed = kind < 0.06 ? `\n${this.#cast.ask}` : kind < 0.2 ? `\n${this.#cast.wait(file)}` : '';
    const id = await this.project.send(name, `number ${number}${long}${deed}`);
    this.#sent.set(name, [...(this.#sent.get(name) ?? []), id]);
    this.#did('message');
    if (kind < 0.06) this.#modes.set(name, { is: 'asking' });
    else if (kind < 0.2) this.#modes.set(name, { is: 'waiting', file });
  }

  /** The person types something and leaves it there. */
  async #draft(): Promise<void> {
    const free = this.#names.filter((name) => this.#modes.get(name)?.is === 'free' && this.#runs(name));
    const name = this.#pick(free);
    if (!name || this.project.text(name).includes(this.#cast.dialog)) return;
    const text = `my own ${this.#count} thoughts`;
    this.project.type(name, text);
    const pid = this.project.state.agents[name]?.session?.pid ?? 0;
    this.#modes.set(name, { is: 'draft', text, pid });
    this.#did('draft');
  }

  /** Something that the person has in hand is done with. */
  async #settleOne(): Promise<void> {
    const busy = this.#names.filter((name) => this.#modes.get(name)?.is !== 'free');
    const name = this.#pick(busy);
    if (name) await this.#settle(name);
  }

  async #settle(name: string): Promise<void> {
    const mode = this.#modes.get(name);
    const agent = this.project.state.agents[name];
    if (mode?.is === 'waiting') writeFileSync(mode.file, '');
    else if (mode?.is === 'draft') {
      // A session that ended took the draft with it.
      if (agent?.session?.pid === mode.pid && isRunning(agent)) {
        const sends = this.#random() < 0.5;
        this.project.type(name, sends ? '\r' : this.#cast.erase(mode.text));
        this.#did(sends ? 'draft sent' : 'draft taken back');
      }
    } else if (mode?.is === 'asking') {
      const asked = Object.values(this.project.state.permissions).some((one) => one.agent === name);
      const shown = this.project.text(name).includes(this.#cast.dialog);
      if (asked) await this.project.command('allow', name);
      else if (shown) {
        // Its request was cut off with the supervisor: it is answered in the pane.
        this.project.type(name, this.#cast.yes);
        this.#answers.set(name, (this.#answers.get(name) ?? 0) + 1);
      } else if (this.#runs(name) && this.#taken(name) === undefined) return;
      this.#did('dialog answered');
    } else return;
    this.#modes.set(name, { is: 'free' });
  }

  /** The first message to an agent that it has not taken yet. */
  #taken(name: string): string | undefined {
    const ids = this.#sent.get(name) ?? [];
    const open = ids.find((id) => {
      const post = this.project.state.posts[id];
      return post !== undefined && isPending(post);
    });
    return open === undefined ? 'all' : undefined;
  }

  async #killAgent(): Promise<void> {
    const name = this.#pick(this.#names.filter((one) => this.#runs(one)));
    const pid = name && this.project.state.agents[name]?.session?.pid;
    if (!name || !pid) return;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return; // it has just ended
    }
    this.#did('agent killed');
    this.#forget(name);
  }

  /** What the person had in hand went with the session. */
  #forget(name: string): void {
    const mode = this.#modes.get(name);
    if (mode?.is === 'waiting') writeFileSync(mode.file, '');
    // A dialog may come with the message that is still on its way.
    if (mode?.is !== 'asking') this.#modes.set(name, { is: 'free' });
  }

  async #killScreen(): Promise<void> {
    this.#screen?.kill();
    const { terminal } = this.project.sit({ cols: 120, rows: 40 });
    this.#screen = { kill: () => terminal.kill('SIGKILL') };
    this.#did('screen killed');
  }

  async #killSupervisor(): Promise<void> {
    await this.project.killSupervisor();
    this.#did('supervisor killed');
    if (this.#options.host === 'pty') for (const name of this.#names) this.#forget(name);
    await this.project.up();
    this.#options.say(
      `${this.#count} messages, ${this.deeds['supervisor killed']} supervisors and ${this.deeds['agent killed'] ?? 0} agents killed`,
    );
  }

  /** After too many crashes only the person starts an agent again. */
  async #startAgain(): Promise<void> {
    for (const agent of Object.values(this.project.state.agents))
      if (!isRunning(agent) && agent.crashes > 3) await this.project.command('agent', 'start', agent.name);
  }

  /** The person puts everything down: whatever waits must arrive now. */
  async #calm(): Promise<void> {
    this.#screen?.kill();
    const { project } = this;
    for (const name of shuffled(this.#names, this.#random)) await this.#settle(name);
    const look = async () => {
      for (const name of this.#names) {
        await this.#startAgain();
        // A key that was pressed while the supervisor was killed may be lost: the person sees that it is still there.
        const forgotten = /❯\s(my own \d+ thoughts)/.exec(project.text(name))?.[1];
        if (this.#modes.get(name)?.is !== 'free') await this.#settle(name);
        else if (forgotten) project.type(name, this.#cast.erase(forgotten));
        else if (project.text(name).includes(this.#cast.dialog)) {
          this.#modes.set(name, { is: 'asking' });
          await this.#settle(name);
        }
      }
    };
    const end = Date.now() + 60_000;
    while (this.#waiting() > 0 && Date.now() < end) {
      await look();
      await project.until('all are taken', () => this.#waiting() === 0, { ms: 1_000 }).catch(() => {});
    }
    // What was taken is worked on to its end, so that the agents' own records are whole.
    const isAtRest = (name: string) => {
      const agent = project.state.agents[name];
      return agent !== undefined && weigh(agent, Date.now()).status === 'idle';
    };
    await project.until('all are at rest', () => this.#names.every(isAtRest), { ms: 20_000 }).catch(() => {});
    for (const name of this.#names.filter((one) => this.#taken(one) === undefined)) {
      const asked = Object.values(project.state.permissions).filter(({ agent }) => agent === name).length;
      this.wrong.push(
        `${name}: ${JSON.stringify(this.#modes.get(name))}, asks ${asked}\n${project.text(name)}`,
      );
    }
    // What mcc writes to the person, of an agent that crashes again and again say, waits until it is read.
    const waiting = Object.values(project.state.posts).filter(isPending);
    for (const post of waiting.filter(({ message }) => message.to !== 'person'))
      this.wrong.push(
        `${post.message.id} to ${post.message.to} was never taken: ${post.receipt} ${post.held ?? ''}`,
      );
  }

  /** Compares what the agents wrote down of themselves with what was sent. */
  judge(): void {
    const told = this.#cast.told(this.project);
    for (const name of this.#names)
      this.#judgeAgent(
        name,
        told.filter((one) => one.name === name),
      );
    this.deeds['prompts taken'] = told.filter(({ event }) => event === 'prompt').length;
  }

  #judgeAgent(name: string, told: readonly Told[]): void {
    const prompts = told.flatMap(({ event, prompt }) => (event === 'prompt' && prompt ? [prompt] : []));
    const ids = prompts.flatMap((prompt) =>
      [...prompt.matchAll(/^\[mcc message (m-\w+) from /gm)].flatMap((match) => match[1] ?? []),
    );
    const sent = this.#sent.get(name) ?? [];
    for (const id of sent) {
      const times = ids.filter((one) => one === id).length;
      if (times !== 1) this.wrong.push(`${name} was told ${id} ${times} times: ${this.#story(name, id)}`);
    }
    const first = [...new Set(ids)];
    const wanted = sent.filter((id) => first.includes(id));
    if (first.join() !== wanted.join()) {
      const at = first.findIndex((id, index) => id !== wanted[index]);
      this.wrong.push(`${name} was told ${first[at]} where ${wanted[at]} came first`);
    }
    this.#judgeDrafts(name, prompts);
    for (const { key } of told.filter(({ event }) => event === 'typed into the dialog') as { key?: string }[])
      this.wrong.push(`${JSON.stringify(key)} was typed into a dialog of ${name}`);
    const byKey = told.filter(({ event }) => event === 'answered by a key').length;
    const own = this.#answers.get(name) ?? 0;
    if (byKey > own) this.wrong.push(`${byKey - own} dialogs of ${name} were answered by keys of nobody`);
  }

  /** What the log says of a message, and of the sessions of its reader meanwhile. */
  #story(name: string, id: string): string {
    const about = this.project.log().filter((event) => {
      if (event.type === 'message.queued') return event.message.id === id;
      if (event.type.startsWith('message.')) return 'id' in event && event.id === id;
      return event.type.startsWith('session.') && 'agent' in event && event.agent === name;
    });
    const from = about.findIndex((event) => event.type === 'message.queued');
    return about
      .slice(from)
      .map((event) => {
        const { type, at, cause } = event;
        const more = 'route' in event ? ` by ${event.route}` : 'reason' in event ? `: ${event.reason}` : '';
        return `${at.slice(14, 23)} ${type}${more} (${cause})`;
      })
      .join(', ');
  }

  /** A prompt is a draft of the person's, letter by letter, or nothing but messages. */
  #judgeDrafts(name: string, prompts: readonly string[]): void {
    const { posts } = this.project.state;
    for (const prompt of prompts) {
      // A key that takes a draft back may be lost with the supervisor: then the next draft is typed behind it.
      if (/^(my own \d+ thoughts)+$/.test(prompt.trim())) continue;
      if (/my own \d+ thoughts/.test(prompt))
        this.wrong.push(`${name} was told something mixed: ${JSON.stringify(prompt.slice(0, 200))}`);
      for (const [, id = ''] of prompt.matchAll(/^\[mcc message (m-\w+) from /gm)) {
        const message = posts[id]?.message;
        const number = message && /number \d+/.exec(message.body)?.[0];
        // What does not fit into the pane is told by its headline and where it stands.
        if (number && !prompt.includes(number) && !prompt.includes(`mcc inbox ${id}`))
          this.wrong.push(`${name} was told ${id} without its text`);
      }
    }
  }
}

// What a message looks like is the program's own matter; that it begins in this way is checked here.
if (
  !messageText({ id: 'm-1', from: 'person', kind: 'note', body: '' }).startsWith(
    '[mcc message m-1 from person',
  )
)
  throw new Error('messages look different now: chaos.ts knows them by another header');
