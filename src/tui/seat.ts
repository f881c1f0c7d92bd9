import type { Event } from '../core/event.ts';
import type { Layout } from '../core/layout.ts';
import type { State } from '../core/state.ts';
import { clipboardTools, copyByTool, copySequence } from '../term/clipboard.ts';
import { type Button, type Input, KeyReader, nameOf } from '../term/keys.ts';
import { noticeSequence } from '../term/notice.ts';
import type { Tty } from '../term/tty.ts';
import { Display } from './display.ts';
import { Hands } from './hands.ts';
import type { Keymap } from './keymap.ts';
import type { Life } from './life.ts';
import { amount } from './look-back.ts';
import { memorize, recall } from './memory.ts';
import { point } from './mouse.ts';
import { Outside } from './outside.ts';
import { answer, paste, press, scrolledTo, stateChanged } from './step.ts';
import type { Supervision } from './supervision.ts';
import { Terminals } from './terminals.ts';
import { type Effect, initialUi, type ScrollBy, type Step, say, settle, still, type Ui } from './ui.ts';
import { look, tooSmall, type View } from './view.ts';

/** An escape that nothing follows for so long is the key, not the beginning of a sequence; in ms. */
const escapeWait = 30;
/** How long a line at the bottom stays, in ms. */
const toastTime = 8_000;
/** After this long without a word a starting agent reads as unknown (evidence.ts), in ms. */
const silence = 20_050;

const notches: Partial<Record<Button, number>> = { 'wheel-up': -1, 'wheel-down': 1 };

export interface Ways {
  keymap: Keymap;
  layouts: Readonly<Record<string, Layout>>;
  layout: string;
  asked: string | undefined;
  theme: string;
  ascii: boolean | undefined;
  /** what tells the outer terminal and the desktop around it */
  environment: Readonly<Record<string, string | undefined>>;
  /** what was remembered of the screen when it was open last, and where to keep it */
  remembered: string | undefined;
  /** said at first */
  note?: string | undefined;
  remember: (text: string) => void;
}

/** The place of the person: keys and mouse in, the picture out, and between them the folded state and the ui. */
export class Seat {
  readonly #supervision: Supervision;
  readonly #tty: Tty;
  readonly #life: Life;
  readonly #ways: Ways;
  readonly #terminals: Terminals;
  readonly #hands: Hands;
  readonly #keys = new KeyReader();
  readonly #outside: Outside;
  readonly #timers: Partial<Record<'escape' | 'toast' | 'silence', NodeJS.Timeout>> = {};
  #display: Display | undefined;
  #state: State;
  #usage: View['usage'] = {};
  #ui: Ui;
  /** what the person did is not drawn yet */
  #changed = false;

  constructor(supervision: Supervision, tty: Tty, life: Life, ways: Ways) {
    this.#supervision = supervision;
    this.#state = supervision.state;
    this.#tty = tty;
    this.#life = life;
    this.#ways = ways;
    const { memory, note = ways.note } = recall(ways.remembered, Object.keys(ways.layouts));
    const fresh = initialUi(ways.asked ?? (memory?.layout || ways.layout), memory?.trees);
    this.#ui = note ? say(fresh, { text: note, tone: 'refused' }) : fresh;
    this.#terminals = new Terminals(supervision, {
      changed: (agent, rows) =>
        life.guard(() => this.#display?.terminalChanged(agent, this.#hands.isEcho(agent), rows)),
      copied: (agent, text) => life.guard(() => this.#programCopied(agent, text)),
    });
    this.#hands = new Hands(this.#terminals);
    this.#outside = new Outside(ways, (note) => this.#outsideChanged(note));
  }

  /** Takes the terminal over and follows the team; what ends it is told by its life. */
  open(): void {
    const guard = this.#guard;
    const tty = this.#tty;
    tty.open();
    this.#life.until(
      tty.onInput((data) => guard(() => this.#input(data))),
      tty.onResize(() => guard(() => this.#display?.refresh())),
      tty.onRepaint(() => guard(() => this.#display?.repaint())),
      tty.onDrain(() => guard(() => this.#display?.drained())),
      this.#supervision.onEvent((event) => guard(() => this.#follow(event))),
      this.#supervision.onUsage((usage) => guard(() => this.#measured(usage))),
    );
    tty.send(this.#outside.questions);
    this.#ui = settle(this.#ui, this.#state);
    this.#display = this.#show();
    this.#display.refresh();
    this.#watchSilence();
  }

  /** Lets go of everything but the terminal. */
  leave(): void {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#display?.dispose();
    this.#display = undefined;
    this.#terminals.dispose();
  }

  readonly #guard = (work: () => void): void => this.#life.guard(work);

  #later(name: 'escape' | 'toast' | 'silence', ms: number | null, work: () => void): void {
    clearTimeout(this.#timers[name]);
    if (ms !== null) this.#timers[name] = setTimeout(() => this.#life.guard(work), ms);
  }

  #look(): View {
    const { keymap, layouts } = this.#ways;
    return look({
      ...{ state: this.#state, ui: this.#ui, now: Date.now(), size: this.#tty.size, keymap, layouts },
      project: this.#supervision.project,
      scrolled: this.#terminals.scrolled(),
      usage: this.#usage,
      reading: (agent) => this.#terminals.window(agent),
    });
  }

  /** What is on display, as long as it is that: a key that goes to a program does not wait for geometry. */
  #scene(): View {
    const shown = this.#display?.view;
    const { cols, rows } = this.#tty.size;
    const fresh =
      shown?.state === this.#state &&
      shown.ui === this.#ui &&
      shown.size.cols === cols &&
      shown.size.rows === rows;
    return fresh && this.#ui.mode.type === 'typing' ? { ...shown, now: Date.now() } : this.#look();
  }

  #show(): Display {
    return new Display(
      this.#tty,
      this.#terminals,
      () => this.#outside.looks,
      () => this.#look(),
      this.#guard,
    );
  }

  #measured(usage: View['usage']): void {
    this.#usage = usage;
    this.#display?.stateChanged();
  }

  #follow(event: Event): void {
    const before = this.#state;
    this.#state = this.#supervision.state;
    const { ui, alerts } = stateChanged(this.#ui, before, { state: this.#state, now: Date.now() });
    this.#ui = ui;
    this.#alert(alerts);
    // A session that started has a terminal of its own, which is to be shown.
    if (event.type === 'session.started') this.#display?.refresh();
    else this.#display?.stateChanged();
    this.#watchSilence();
  }

  /** The only judgement that time alone changes: one look when the next starting agent has been silent for too long. */
  #watchSilence(): void {
    const now = Date.now();
    const due = Object.values(this.#state.agents).flatMap(({ session, reports }) =>
      session && !session.exit && Object.keys(reports).length === 0
        ? [Date.parse(session.since) + silence - now]
        : [],
    );
    const next = Math.min(...due.filter((ms) => ms > 0));
    this.#later('silence', Number.isFinite(next) ? next : null, () => {
      this.#display?.refresh();
      this.#watchSilence();
    });
  }

  #input(data: Uint8Array): void {
    for (const input of this.#keys.read(data)) this.#act(input);
    this.#draw();
    this.#later('escape', this.#keys.pending ? escapeWait : null, () => {
      for (const input of this.#keys.flush()) this.#act(input);
      this.#draw();
      if (this.#keys.pending) this.#input(new Uint8Array());
    });
  }

  #act(input: Input): void {
    if (input.type === 'reply') {
      this.#outside.take(input.raw);
      return;
    }
    if (input.type === 'focus') this.#hands.outer(input.focused, this.#focused);
    else this.#apply(this.#stepOf(input), input);
  }

  #stepOf(input: Exclude<Input, { type: 'reply' | 'focus' }>): Step {
    const view = this.#scene();
    switch (input.type) {
      case 'key': {
        const text = input.text === undefined ? {} : { text: input.text };
        return press(this.#ui, { key: nameOf(input), ...text }, view);
      }
      case 'paste':
        return paste(this.#ui, input.text, view);
      case 'mouse': {
        if (tooSmall(view.size)) return still(this.#ui);
        const { shift, alt, button } = input;
        const mouse = { ...input, by: notches[button] ?? 0, left: button === 'left', own: shift || alt };
        return point(view, mouse, (agent) => this.#hands.wants(agent));
      }
    }
  }

  get #focused(): string | undefined {
    const { focus } = this.#ui;
    return focus && 'agent' in focus ? focus.agent : undefined;
  }

  #apply(step: Step, input?: Input): void {
    const before = this.#ui;
    this.#ui = step.ui;
    const scrolled = step.effects.filter((effect) => this.#perform(effect, input));
    if (this.#ui === before && scrolled.length === 0) return;
    this.#hands.focus(this.#focused);
    if (this.#ui.toast !== before.toast)
      this.#later('toast', this.#ui.toast ? toastTime : null, () => {
        this.#ui = { ...this.#ui, toast: null };
        this.#display?.refresh();
      });
    this.#changed = true;
  }

  /** Draws what the person changed: once for all that was pressed in one go. */
  #draw(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#display?.refresh();
  }

  /** Does what a step asks for; true when it changed the picture. */
  #perform(effect: Effect, input: Input | undefined): boolean {
    switch (effect.type) {
      case 'type':
        // A terminal that shows no agent types into none; the leader still works there.
        if (!input || tooSmall(this.#tty.size)) return false;
        this.#hands.type(effect.agent, input, this.#display?.view);
        return input.type !== 'mouse' && this.#toBottom(effect.agent);
      case 'arrows':
        this.#hands.arrows(effect.agent, effect.by);
        return false;
      case 'scroll':
        this.#scroll(effect.agent, effect.by);
        return true;
      case 'copy':
        this.#copy(effect.text);
        return false;
      case 'command':
        void this.#command(effect.words);
        return false;
      case 'remember':
        this.#ways.remember(memorize(this.#ui));
        return false;
      case 'redraw':
        this.#display?.repaint();
        return false;
      case 'detach':
        this.#life.finish({ reason: 'detached' });
        return false;
    }
  }

  /** Who types is where the program is; true when that moved the view. */
  #toBottom(agent: string): boolean {
    if (!this.#terminals.window(agent)?.scroll) return false;
    this.#terminals.scroll(agent, 'bottom');
    return true;
  }

  #scroll(agent: string, by: ScrollBy): void {
    this.#ui = scrolledTo(this.#ui, agent, by, this.#terminals.scroll(agent, by));
  }

  /** More is known of the outer terminal: what is on it is drawn anew, as it fits. */
  #outsideChanged(note: string | undefined): void {
    if (note) this.#ui = say(this.#ui, { text: note, tone: 'refused' });
    this.#display?.repaint();
  }

  /** Something came to need the person: one bell, and one notification of the desktop for each. */
  #alert(texts: readonly string[]): void {
    if (texts.length === 0) return;
    const { project } = this.#supervision;
    const notices = texts.map((text) => noticeSequence(`mcc ${project}`, text, this.#ways.environment));
    this.#tty.send(`\x07${notices.join('')}`);
  }

  /** The program that has the keyboard may put a text on the clipboard; it is said, and the others may not. */
  #programCopied(agent: string, text: string): void {
    if (agent !== this.#focused || text === '') return;
    this.#copy(text);
    this.#apply(still(say(this.#ui, { text: `${agent} copied ${amount(text)}`, tone: 'done' })));
    this.#draw();
  }

  #copy(text: string): void {
    this.#tty.send(copySequence(text, this.#ways.environment));
    void copyByTool(text, clipboardTools(this.#ways.environment, process.platform));
  }

  async #command(words: readonly string[]): Promise<void> {
    const result = await this.#supervision.command(words);
    this.#life.guard(() => {
      this.#apply(answer(this.#ui, words, result));
      this.#draw();
    });
  }
}
