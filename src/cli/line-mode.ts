import { findAgent } from '../commands/find.ts';
import { commands } from '../commands/index.ts';
import { attention } from '../commands/show.ts';
import { splitLine } from '../commands/words.ts';
import { parseEvent } from '../core/event.ts';
import { startMs } from '../core/evidence.ts';
import { reduce } from '../core/reduce.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { emptyState, isRunning, type State } from '../core/state.ts';
import { encode } from '../term/keys.ts';
import type { Modes } from '../term/screen.ts';
import type { WireClient } from '../wire/client.ts';
import type { Result, ServerFrame } from '../wire/schema.ts';
import { keyOf, readable } from './aloud.ts';
import { Mirror } from './mirror.ts';
import { agentIn } from './pane.ts';
import { asGiven, changes, overview, type Sentence, type Sentences, sentencesOf } from './sentences.ts';
import { verbs } from './verbs.ts';

/** What is said: a sentence of the team, or the answer to a command. */
export type Said =
  | Sentence
  | { readonly about: 'answer' | 'refusal'; readonly text: string; readonly hint?: string };

/** What happens within so many ms is said together, as it stands in the end. */
const calm = 500;

export const lineHelp = `Type a command in words, as after mcc: status, ask "…", task list, allow backend, why backend, down.
Here besides:
  focus <agent>    speak to this agent; focus next takes the next one that needs you
  > words          send the words to that agent, as a message that waits until it can take it
  capture          read its screen, without frames and blank lines
  type words       put words into its terminal, without Enter
  press keys       press keys in its terminal: press enter, press down enter, press ctrl-c
  help <command>   what a command does
  detach           leave; the agents go on. So does the end of the input`;

/** A person at lines instead of a screen: says what changes, calmly, and does what the lines say. */
export class LineMode {
  readonly #wire: WireClient;
  readonly #say: (said: Said) => void;
  readonly #help: (words: readonly string[]) => string | Refusal;
  readonly #mirror = new Mirror();
  #state: State = emptyState;
  #told: Sentences = new Map();
  #timer: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #agent: string | undefined;

  constructor(
    wire: WireClient,
    say: (said: Said) => void,
    help: (words: readonly string[]) => string | Refusal,
  ) {
    this.#wire = wire;
    this.#say = say;
    this.#help = help;
  }

  /** Says how things stand. */
  begin(state: State): void {
    this.#state = state;
    this.#told = sentencesOf(state, Date.now());
    for (const sentence of overview(state, Date.now())) this.#say(sentence);
    this.#watchSilence();
  }

  /** Takes what the supervisor tells. */
  take(frame: ServerFrame, body: Uint8Array): void {
    if ('agent' in frame && frame.agent === this.#agent) this.#mirror.take(frame, body);
    if (frame.type !== 'event') return;
    const event = parseEvent(frame.event);
    if (event.seq <= this.#state.seq) return;
    this.#state = reduce(this.#state, event);
    this.#timer ??= setTimeout(() => this.settle(), calm);
  }

  /** Says what changed since it was last said. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = sentencesOf(this.#state, Date.now());
    for (const sentence of changes(this.#told, now)) this.#say(sentence);
    this.#told = now;
    this.#watchSilence();
  }

  /** Does what a line says; false when it was to leave. */
  async give(line: string): Promise<boolean> {
    const text = line.trim().replace(/^mcc\s+/, '');
    const [first = '', ...rest] = text.startsWith('>') ? ['>'] : splitLine(text);
    if (first === '') return true;
    if (['detach', 'quit', 'exit'].includes(first)) return false;
    // The rest as it was written: quotes and blanks are the agent's.
    const words = text.slice(first.length).trim();
    const answer = await this.#answer(first, rest, words);
    if (isRefusal(answer)) this.#refuse(answer);
    else if (answer.text !== '') this.#say({ about: 'answer', text: answer.text });
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#mirror.dispose();
  }

  async #answer(first: string, rest: readonly string[], words: string): Promise<{ text: string } | Refusal> {
    switch (first) {
      case 'help': {
        const text = rest.length === 0 ? lineHelp : this.#help(rest);
        return typeof text === 'string' ? { text } : text;
      }
      case 'attention':
        return this.#focus('next');
      case 'focus':
        return this.#focus(rest[0] ?? '');
      case 'capture':
        return this.#capture(rest[0]);
      case 'type':
        return this.#type(words);
      case 'press':
        return this.#press(rest);
      case '>':
        return this.#send(words);
      default:
        return elsewhere(first, rest[0]) ?? outcome(await this.#wire.command([first, ...rest]));
    }
  }

  /** Speaks to another agent from here on, and says how that one is. */
  async #focus(name: string): Promise<{ text: string } | Refusal> {
    const found = name === 'next' ? this.#next() : agentIn(this.#state, name);
    if (isRefusal(found)) return found;
    if (this.#agent !== undefined) this.#wire.send({ type: 'unwatch', agent: this.#agent });
    this.#mirror.dispose();
    this.#agent = found.name;
    this.#wire.send({ type: 'watch', agent: found.name });
    await this.#wire.command(['status', '--agents']); // answered after the snapshot
    const now = sentencesOf(this.#state, Date.now());
    const own = [...now.values()].filter(
      ({ about, agent, task }) => about !== 'message' && agent === found.name && !task,
    );
    return {
      text: own.map(({ text, hint }) => `${text}${hint ? `. Try: ${hint}` : ''}`).join('\n') || found.name,
    };
  }

  #next() {
    const waiting = attention(this.#state, Date.now()).flatMap(({ agent }) => agent ?? []);
    const at = waiting.indexOf(this.#agent ?? '');
    const name = waiting[at + 1] ?? waiting[0];
    return name === undefined ? refuse('no agent needs you', 'status') : findAgent(this.#state, name);
  }

  async #capture(name: string | undefined): Promise<{ text: string } | Refusal> {
    if (name !== undefined) {
      const focused = await this.#focus(name);
      if (isRefusal(focused)) return focused;
    }
    const screen = this.#screen();
    return isRefusal(screen) ? screen : { text: readable(screen.text().join('\n')) || 'the screen is empty' };
  }

  #screen() {
    if (this.#agent === undefined) return refuse('no agent is in focus', 'focus <agent>');
    return this.#mirror.screen ?? refuse(`${this.#agent} has no screen`, `agent start ${this.#agent}`);
  }

  #type(text: string): { text: string } | Refusal {
    const screen = this.#screen();
    if (isRefusal(screen)) return screen;
    return this.#input(encode({ type: 'paste', text }, screen.modes));
  }

  #press(names: readonly string[]): { text: string } | Refusal {
    const screen = this.#screen();
    if (isRefusal(screen)) return screen;
    if (names.length === 0) return refuse('which key?', 'press enter');
    const inputs = names.map((name) => ({ name, bytes: encodeKey(name, screen.modes) }));
    const wrong = inputs.find(({ bytes }) => bytes === null);
    if (wrong) return refuse(`\`${wrong.name}\` is no key`, 'press enter');
    for (const { bytes } of inputs) this.#input(bytes);
    return { text: '' };
  }

  #input(bytes: Uint8Array | null): { text: string } | Refusal {
    const agent = this.#state.agents[this.#agent ?? ''];
    if (!agent || !isRunning(agent))
      return refuse(`${this.#agent} does not run`, `agent start ${this.#agent}`);
    if (bytes && bytes.length > 0) this.#wire.send({ type: 'input', agent: agent.name }, bytes);
    return { text: '' };
  }

  async #send(text: string): Promise<{ text: string } | Refusal> {
    if (this.#agent === undefined) return refuse('no agent is in focus', 'focus <agent>');
    return outcome(await this.#wire.command(['send', this.#agent, '--', text]));
  }

  #refuse({ refusal, hint }: Refusal): void {
    this.#say({ about: 'refusal', text: refusal, ...(hint === undefined ? {} : { hint: asGiven(hint) }) });
  }

  /** The only judgement that time alone changes: when a starting agent has been silent for too long. */
  #watchSilence(): void {
    clearTimeout(this.#silence);
    const due = Object.values(this.#state.agents).flatMap(({ session, reports }) =>
      session && !session.exit && Object.keys(reports).length === 0
        ? [Date.parse(session.since) + startMs + calm - Date.now()]
        : [],
    );
    const next = Math.min(...due.filter((ms) => ms > 0));
    if (Number.isFinite(next)) this.#silence = setTimeout(() => this.settle(), next);
  }
}

/** The refusal for what is done in a shell or on the screen. */
function elsewhere(first: string, second = ''): Refusal | null {
  const command = commands.get(`${first} ${second}`) ?? commands.get(first);
  if (command?.where === 'screen') return refuse(`\`${command.name}\` is for the screen`, 'help');
  const isVerb = !command && verbs.some(({ name }) => name === first);
  return isVerb ? refuse(`\`${first}\` is for a shell`, 'help') : null;
}

const outcome = (result: Result): { text: string } | Refusal =>
  result.ok ? { text: result.text } : refuse(result.refusal, result.hint);

/** The bytes of a key for a program in such modes; null if that names no key. */
function encodeKey(name: string, modes: Modes): Uint8Array | null {
  const key = keyOf(name);
  return key && encode(key, modes);
}
