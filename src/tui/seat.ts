import { parseEvent } from '../core/event.ts';
import type { Layout } from '../core/layout.ts';
import { reduce } from '../core/reduce.ts';
import { emptyState, type State } from '../core/state.ts';
import { type Button, encode, type Input, KeyReader, nameOf } from '../term/keys.ts';
import type { Tty } from '../term/tty.ts';
import type { WireClient } from '../wire/client.ts';
import type { ServerFrame } from '../wire/schema.ts';
import { Display } from './display.ts';
import type { Keymap } from './keymap.ts';
import type { TuiEnd } from './mount.tsx';
import { point, type Wants } from './mouse.ts';
import { answer, paste, press, scrolledTo, stateChanged } from './step.ts';
import { Terminals } from './terminals.ts';
import { type Effect, initialUi, type Step, settle, type Ui } from './ui.ts';
import { inside, look, terminalsIn, tooSmall, type View } from './view.ts';

/** An escape that nothing follows for so long is the key, not the beginning of a sequence; in ms. */
const escapeWait = 30;
/** How long a line at the bottom stays, in ms. */
const toastTime = 8_000;
/** After this long without a word a starting agent reads as unknown (evidence.ts), in ms. */
const silence = 20_050;

const notches: Partial<Record<Button, number>> = { 'wheel-up': -1, 'wheel-down': 1 };

interface Ways {
  keymap: Keymap;
  layouts: Readonly<Record<string, Layout>>;
  layout: string;
  scrollback: number;
  colour: boolean;
}

/** The place of the person: keys and mouse in, the picture out, and between them the folded state and the ui. */
export class Seat {
  readonly #wire: WireClient;
  readonly #tty: Tty;
  readonly #ways: Ways;
  readonly #terminals: Terminals;
  readonly #keys = new KeyReader();
  readonly #undo: (() => void)[] = [];
  #display: Display | undefined;
  #state: State = emptyState;
  #ui: Ui;
  /** an echo of this agent is awaited: it is drawn at once */
  #echo: string | undefined;
  #outerFocus = true;
  #escape: NodeJS.Timeout | undefined;
  #toast: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #end: (end: TuiEnd) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(wire: WireClient, tty: Tty, ways: Ways) {
    this.#wire = wire;
    this.#tty = tty;
    this.#ways = ways;
    this.#ui = initialUi(ways.layout);
    this.#terminals = new Terminals(
      (frame, body) => wire.send(frame, body),
      (agent) => this.#guard(() => this.#terminalChanged(agent)),
      ways.scrollback,
    );
  }

  /** Opens the terminal and stays until the end. Rejects with a bug, if there is one. */
  sit(): Promise<TuiEnd> {
    return new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
      this.#guard(() => this.#open());
    });
  }

  /** Lets go of everything but the terminal and the wire. */
  leave(): void {
    for (const undo of this.#undo.splice(0)) undo();
    for (const timer of [this.#escape, this.#toast, this.#quiet]) clearTimeout(timer);
    this.#display?.dispose();
    this.#display = undefined;
    this.#terminals.dispose();
  }

  #open(): void {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) this.#onSignal(signal);
    const tty = this.#tty;
    tty.open();
    this.#undo.push(
      tty.onInput((data) => this.#guard(() => this.#input(data))),
      tty.onResize(() => this.#guard(() => this.#resized())),
      tty.onRepaint(() => this.#guard(() => this.#display?.repaint())),
      tty.onDrain(() => this.#guard(() => this.#display?.drained())),
      tty.onEnd(() =>
        this.#end({ reason: 'ended', message: 'the terminal is gone; the agents go on: mcc up' }),
      ),
    );
    let farewell: string | undefined;
    this.#undo.push(
      this.#wire.on((frame, body) => {
        if (frame.type === 'bye') farewell = frame.reason;
        this.#guard(() => this.#take(frame, body));
      }),
    );
    this.#wire.onClose((reason) =>
      this.#end(
        farewell === undefined
          ? {
              reason: 'lost',
              message: `the supervisor is gone (${reason}): mcc up starts it again, with what is still owed`,
            }
          : { reason: 'closed', message: farewell },
      ),
    );
    this.#wire.send({ type: 'follow' });
  }

  #onSignal(signal: NodeJS.Signals): void {
    const listener = () =>
      this.#end({ reason: 'ended', signal, message: `ended by ${signal}; the agents go on: mcc up` });
    process.on(signal, listener);
    this.#undo.push(() => process.off(signal, listener));
  }

  /** Runs a callback; what it throws is a bug, which ends the screen with the terminal restored. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #look(): View {
    const { keymap, layouts } = this.#ways;
    return look({
      state: this.#state,
      ui: this.#ui,
      now: Date.now(),
      size: this.#tty.size,
      keymap,
      layouts,
      project: this.#wire.welcome.project,
      scrolled: this.#terminals.scrolled(),
    });
  }

  #take(frame: ServerFrame, body: Uint8Array): void {
    switch (frame.type) {
      case 'state':
        this.#state = frame.state as State;
        this.#ui = settle(this.#ui, this.#state);
        this.#display ??= new Display(this.#tty, this.#terminals, this.#ways.colour, () => this.#look());
        this.#refresh();
        return;
      case 'event':
        this.#fold(frame.event);
        return;
      case 'snapshot':
      case 'output':
      case 'size':
        this.#terminals.take(frame, body);
        return;
    }
  }

  #fold(value: unknown): void {
    const before = this.#state;
    const event = parseEvent(value);
    if (event.seq <= before.seq) return;
    this.#state = reduce(before, event);
    const { ui, alerts } = stateChanged(this.#ui, before, { state: this.#state, now: Date.now() });
    const arranged = ui !== this.#ui;
    this.#ui = ui;
    if (alerts.length > 0) this.#tty.write('\x07');
    if (arranged) this.#refresh();
    else this.#display?.stateChanged();
    this.#watchSilence();
  }

  /** The only judgement that time alone changes: one look when the first starting agent has been silent for too long. */
  #watchSilence(): void {
    clearTimeout(this.#quiet);
    const now = Date.now();
    const due = Object.values(this.#state.agents).flatMap(({ session, reports }) =>
      session && !session.exit && Object.keys(reports).length === 0
        ? [Date.parse(session.since) + silence]
        : [],
    );
    const next = Math.min(...due.filter((at) => at > now));
    if (Number.isFinite(next))
      this.#quiet = setTimeout(() => this.#guard(() => this.#display?.refresh()), next - now);
  }

  #terminalChanged(agent: string): void {
    const echo = agent === this.#echo;
    if (echo) this.#echo = undefined;
    this.#display?.terminalChanged(echo);
  }

  /** Geometry first, then the terminals' sizes, then the picture. */
  #refresh(): void {
    const view = this.#look();
    const { focus } = this.#ui;
    this.#terminals.show(terminalsIn(view), focus && 'agent' in focus ? focus.agent : undefined);
    this.#display?.refresh();
  }

  #resized(): void {
    this.#refresh();
  }

  #input(data: Uint8Array): void {
    clearTimeout(this.#escape);
    for (const input of this.#keys.read(data)) this.#act(input);
    if (this.#keys.pending)
      this.#escape = setTimeout(
        () =>
          this.#guard(() => {
            for (const input of this.#keys.flush()) this.#act(input);
          }),
        escapeWait,
      );
  }

  #act(input: Input): void {
    if (input.type === 'reply') return;
    if (input.type === 'focus') {
      this.#outerFocus = input.focused;
      if (input.focused) this.#terminals.claim();
      this.#tellFocus(input.focused);
      return;
    }
    const view = this.#look();
    const step =
      input.type === 'key'
        ? press(
            this.#ui,
            { key: nameOf(input), ...(input.text === undefined ? {} : { text: input.text }) },
            view,
          )
        : input.type === 'paste'
          ? paste(this.#ui, input.text, view)
          : point(
              view,
              { ...input, by: notches[input.button] ?? 0, left: input.button === 'left' },
              (agent) => this.#wants(agent),
            );
    this.#apply(step, input);
  }

  #apply(step: Step, input?: Input): void {
    const before = this.#ui;
    this.#ui = step.ui;
    for (const effect of step.effects) this.#perform(effect, input);
    if (this.#ui === before) return;
    this.#focusMoved(before);
    this.#watchToast(before);
    this.#refresh();
  }

  #perform(effect: Effect, input: Input | undefined): void {
    switch (effect.type) {
      case 'type':
        if (input) this.#type(effect.agent, input);
        return;
      case 'arrows': {
        const key = effect.by < 0 ? 'up' : 'down';
        const arrow = {
          type: 'key',
          key,
          ctrl: false,
          alt: false,
          shift: false,
          raw: new Uint8Array(),
        } as const;
        for (let count = 0; count < Math.abs(effect.by); count += 1) this.#type(effect.agent, arrow);
        return;
      }
      case 'scroll': {
        const lines = this.#terminals.scroll(effect.agent, effect.by);
        this.#ui = scrolledTo(this.#ui, effect.agent, lines);
        this.#refresh();
        return;
      }
      case 'command':
        void this.#command(effect.words);
        return;
      case 'redraw':
        this.#display?.repaint();
        return;
      case 'detach':
        this.#end({ reason: 'detached' });
        return;
    }
  }

  async #command(words: readonly string[]): Promise<void> {
    try {
      const result = await this.#wire.command([...words]);
      this.#guard(() => this.#apply(answer(this.#ui, words, result)));
    } catch {
      // The connection ended first; its end is told by onClose.
    }
  }

  /** What was pressed, as the program in the pane wants it. */
  #type(agent: string, input: Input): void {
    const screen = this.#terminals.screen(agent);
    // A terminal that shows no agent types into none; the leader still works there.
    if (!screen || tooSmall(this.#tty.size)) return;
    const bytes = encode(this.#within(agent, input), screen.modes);
    if (!bytes || bytes.length === 0) return;
    this.#terminals.claim();
    this.#echo = agent;
    this.#wire.send({ type: 'input', agent }, bytes);
  }

  /** Mouse coordinates as the program counts them: from the corner of its own screen. */
  #within(agent: string, input: Input): Input {
    if (input.type !== 'mouse') return input;
    const placed = this.#display?.view.panes.find((pane) => 'agent' in pane && pane.agent === agent);
    if (!placed) return input;
    const room = inside(placed.rect);
    const clamp = (value: number, most: number) => Math.max(0, Math.min(most - 1, value));
    return { ...input, x: clamp(input.x - room.x, room.cols), y: clamp(input.y - room.y, room.rows) };
  }

  #wants(agent: string): Wants {
    const modes = this.#terminals.screen(agent)?.modes;
    if (!modes) return 'nothing';
    return modes.mouse !== 'none' ? 'all' : modes.alternate ? 'arrows' : 'nothing';
  }

  #focusMoved(before: Ui): void {
    const agent = (ui: Ui) => (ui.focus && 'agent' in ui.focus ? ui.focus.agent : undefined);
    if (agent(before) === agent(this.#ui) || !this.#outerFocus) return;
    this.#tellFocus(false, agent(before));
    this.#tellFocus(true);
  }

  /** Programs that asked are told whether the keyboard is theirs. */
  #tellFocus(focused: boolean, which?: string): void {
    const { focus } = this.#ui;
    const agent = which ?? (focus && 'agent' in focus ? focus.agent : undefined);
    const screen = agent === undefined ? undefined : this.#terminals.screen(agent);
    if (!screen || agent === undefined) return;
    const bytes = encode({ type: 'focus', focused }, screen.modes);
    if (bytes && bytes.length > 0) this.#wire.send({ type: 'input', agent }, bytes);
  }

  #watchToast(before: Ui): void {
    if (this.#ui.toast === before.toast) return;
    clearTimeout(this.#toast);
    if (!this.#ui.toast) return;
    this.#toast = setTimeout(
      () =>
        this.#guard(() => {
          this.#ui = { ...this.#ui, toast: null };
          this.#display?.refresh();
        }),
      toastTime,
    );
  }
}
