import type { Status } from '../../src/core/event.ts';
import { weigh } from '../../src/core/evidence.ts';
import type { Agent } from '../../src/core/state.ts';
import { type ApiError, type Content, type Script, say, type Turn, use } from '../claude/model.ts';
import type { Project } from './project.ts';

/** `background`: no turn is in hand, but something that it started runs on. */
export type Truth = Status | 'background';

/** How long the judgement may take to become the truth before it counts as wrong, in ms; how long it took is measured. */
const patience = 6_000;

/** How long what a scene waits for may take, in ms; only what hangs takes so long. */
const longest = 30_000;

/** What was true at a moment, and what mcc judged. */
export interface Moment {
  what: string;
  truth: string;
  judged: string;
  /** from when the truth was known to the judgement, in ms */
  ms: number;
  ok: boolean;
}

/** One request to the model, until it is answered. */
export class Asked {
  readonly turn: Turn;
  readonly #settle: (next: Content[] | ApiError) => void;

  constructor(turn: Turn, settle: (next: Content[] | ApiError) => void) {
    this.turn = turn;
    this.#settle = settle;
  }

  say(text: string): void {
    this.#settle([say(text)]);
  }

  use(name: string, input: Record<string, unknown>): void {
    this.#settle([use(name, input)]);
  }

  /** Says the first half of a text, and the rest when that is given leave. */
  begin(text: string): { finish: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#settle([{ type: 'text', text, half: promise }]);
    return { finish: resolve };
  }

  answer(content: Content[]): void {
    this.#settle(content);
  }

  fail(status: number, type: string, message: string, headers: Record<string, string> = {}): void {
    this.#settle({ status, type, message, headers });
  }
}

/** One agent of a scene: its model, its terminal, and what is true of it. */
export class Actor {
  readonly name: string;
  readonly project: Project;
  readonly moments: Moment[] = [];
  /** the true states in order; `?` behind one that may be passed too quickly to be seen */
  readonly truths: string[] = [];
  readonly checks: { what: string; ok: boolean; found?: string }[] = [];
  /** the log's number after which its judgements count; its start when 0 */
  from = 0;
  /** every request so far */
  readonly turns: Turn[] = [];
  readonly #asked: Asked[] = [];

  constructor(name: string, project: Project) {
    this.name = name;
    this.project = project;
  }

  /** Takes a request of its session to the model. */
  readonly script: Script = (turn) => {
    this.turns.push(turn);
    const { promise, resolve } = Promise.withResolvers<Content[] | ApiError>();
    this.#asked.push(new Asked(turn, resolve));
    return promise;
  };

  /** Titles and the like get a harmless answer; what a scene waits for is handed to it. */
  readonly errands: Script = (turn) => {
    if (!/summary|compact/i.test(turn.prompt)) return [say('ok')];
    return this.script(turn);
  };

  /** Waits for what the CLI asks the model beside the turn: a summary of the conversation. */
  async errand(): Promise<Asked> {
    return this.asked({ fits: ({ prompt }) => /summary/i.test(prompt) });
  }

  get agent(): Agent | undefined {
    return this.project.state.agents[this.name];
  }

  /** Where it works. */
  get worktree(): string {
    return `${this.project.root}/worktrees/${this.name}`;
  }

  /** Starts it, and waits until its composer is there. */
  async starts(): Promise<void> {
    this.project.watch(this.name);
    await this.project.command('agent', 'start', this.name);
    this.truths.push('starting');
    await this.composes();
    await this.is('idle', 'its composer is there');
  }

  /** Waits for the next request of its session, or of a subagent. */
  async asked({
    subagent = false,
    fits = () => true,
  }: {
    subagent?: boolean;
    fits?: (turn: Turn) => boolean;
  } = {}): Promise<Asked> {
    const whose = subagent ? 'a subagent of it' : 'it';
    const found = ({ turn }: Asked) => turn.subagent === subagent && fits(turn);
    await this.until(`${whose} asks the model`, () => this.#asked.some(found));
    const [next] = this.#asked.splice(this.#asked.findIndex(found), 1);
    if (!next) throw new Error('no request');
    return next;
  }

  /** Types a prompt in its pane as the person does: text, then Enter when it stands there. */
  async prompts(text: string): Promise<void> {
    this.type(text);
    await this.shows(text.split('\n').at(-1)?.slice(-20) ?? text);
    await this.still();
    this.type('\r');
  }

  /** The person's prompt until the model is asked: it works from then on. */
  async works(text = 'please go on'): Promise<Asked> {
    await this.prompts(text);
    const asked = await this.asked();
    await this.is('working', 'the model is asked');
    return asked;
  }

  /** What a session had drawn proves nothing about the next one. */
  forgets(): void {
    this.project.screens.get(this.name)?.write(Buffer.from('\x1bc'));
  }

  type(text: string): void {
    this.project.type(this.name, text);
  }

  /** Waits until its terminal shows something. */
  async shows(what: string | RegExp): Promise<void> {
    await this.until(`the terminal shows ${what}`, () => {
      const text = this.project.text(this.name);
      return typeof what === 'string' ? text.includes(what) : what.test(text);
    });
  }

  async hides(what: string | RegExp): Promise<void> {
    await this.until(`the terminal no longer shows ${what}`, () => {
      const text = this.project.text(this.name);
      return !(typeof what === 'string' ? text.includes(what) : what.test(text));
    });
  }

  /** Its composer is on the screen and holds nothing. */
  async composes(): Promise<void> {
    await this.until('an empty composer', () => /^─+.*\n❯(\s.*)?\n─+/m.test(this.project.text(this.name)));
    await this.still();
  }

  /** A person reads a dialog before a key is pressed: newer versions ignore keys for a moment after it opened. */
  async reads(): Promise<void> {
    const since = Date.now();
    await this.until('the dialog is read', () => Date.now() - since > 900);
  }

  /** It draws nothing for a while. */
  async still(ms = 300): Promise<void> {
    await this.until('a still terminal', () => this.project.quietMs(this.name) > ms);
  }

  until<T>(what: string, condition: () => T | undefined | null | false, ms = longest): Promise<T> {
    return this.project.until(`${what} (${this.name})`, condition, {
      ms,
      about: () => `${this.project.text(this.name).replace(/\n{3,}/g, '\n\n')}\n${this.why()}`,
    });
  }

  /** What mcc judges now. */
  judged(): { status: Status; reason?: string } {
    const { agent } = this;
    return agent ? weigh(agent, Date.now()) : { status: 'exited' };
  }

  /** The evidence there is now, a line each. */
  why(): string {
    const { agent } = this;
    if (!agent) return 'no such agent';
    const { status, reason, source, evidence } = weigh(agent, Date.now());
    const lines = evidence.map(
      ({ report, ageMs }) =>
        `  ${report.source}: ${report.status}${report.reason ? ` (${report.reason})` : ''}, ${ageMs} ms`,
    );
    return [`judged ${status}${reason ? `: ${reason}` : ''} by ${source}`, ...lines].join('\n');
  }

  /**
   * From now on this is true of it, for a reason outside of mcc. Waits for the judgement, for a while; how it ends is a
   * moment of the scene, and a wrong one does not end the scene.
   * @param reason what the judgement's reason must say
   */
  async is(truth: Truth, what: string, reason?: RegExp): Promise<void> {
    this.truths.push(truth);
    const begin = Date.now();
    const fits = () => {
      const judged = this.judged();
      return judged.status === truth && (!reason || reason.test(judged.reason ?? ''));
    };
    const ok = await this.until(`it is judged ${truth}`, () => fits(), patience).then(
      () => true,
      () => false,
    );
    const { status, reason: said } = this.judged();
    this.moments.push({
      what,
      truth: `${truth}${reason ? ` ${reason}` : ''}`,
      judged: ok ? status : `${status}${said ? `: ${said}` : ''}\n${this.why()}`,
      ms: Date.now() - begin,
      ok,
    });
  }

  /** A state that is true in between, perhaps too short to be seen. */
  passes(truth: Truth): void {
    this.truths.push(`${truth}?`);
  }

  /** Something else that must hold. */
  check(what: string, ok: boolean, found?: string): void {
    this.checks.push({ what, ok, ...(ok || found === undefined ? {} : { found }) });
  }
}
