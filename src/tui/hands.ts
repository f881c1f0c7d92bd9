import { encode, type Input } from '../term/keys.ts';
import type { Wants } from './mouse.ts';
import type { Terminals } from './terminals.ts';
import { inside, type View } from './view.ts';

/** What the person's hands do to programs: keys, mouse and focus, each in the form that the program asked for. */
export class Hands {
  readonly #terminals: Terminals;
  /** its echo is awaited: it is drawn at once */
  #echo: string | undefined;
  /** the program that was told that the keyboard is its */
  #told: string | undefined;
  #outerFocus = true;

  constructor(terminals: Terminals) {
    this.#terminals = terminals;
  }

  /** Sends what was pressed to the program in a pane. The person is active here, so this screen's sizes hold. */
  type(agent: string, input: Input, view: View | undefined): void {
    const window = this.#terminals.window(agent);
    if (!window) return;
    const bytes = encode(within(agent, input, view), window.modes);
    if (!bytes || bytes.length === 0) return;
    this.#terminals.claim();
    this.#echo = agent;
    this.#terminals.input(agent, bytes);
  }

  /** Arrow keys in place of the wheel: down so many lines, or up. */
  arrows(agent: string, by: number): void {
    const key = by < 0 ? 'up' : 'down';
    const none = { ctrl: false, alt: false, shift: false, raw: new Uint8Array() };
    for (let count = 0; count < Math.abs(by); count += 1)
      this.type(agent, { type: 'key', key, ...none }, undefined);
  }

  /** True once for the first output of a terminal after something was typed into it. */
  isEcho(agent: string): boolean {
    if (agent !== this.#echo) return false;
    this.#echo = undefined;
    return true;
  }

  /** What the program under the pointer wants of the mouse. */
  wants(agent: string): Wants {
    const modes = this.#terminals.window(agent)?.modes;
    if (!modes) return 'nothing';
    return modes.mouse !== 'none' ? 'all' : modes.alternate ? 'arrows' : 'nothing';
  }

  /** The whole screen got the focus of the person's desktop, or lost it. */
  outer(focused: boolean, agent: string | undefined): void {
    this.#outerFocus = focused;
    if (focused) this.#terminals.claim();
    this.focus(agent);
  }

  /** The keyboard is this agent's now; programs that asked are told. */
  focus(agent: string | undefined): void {
    const owner = this.#outerFocus ? agent : undefined;
    if (owner === this.#told) return;
    this.#tell(this.#told, false);
    this.#tell(owner, true);
    this.#told = owner;
  }

  #tell(agent: string | undefined, focused: boolean): void {
    const window = agent === undefined ? undefined : this.#terminals.window(agent);
    if (agent === undefined || !window) return;
    const bytes = encode({ type: 'focus', focused }, window.modes);
    if (bytes && bytes.length > 0) this.#terminals.input(agent, bytes);
  }
}

/** Mouse coordinates as the program counts them: from the corner of its own screen. */
function within(agent: string, input: Input, view: View | undefined): Input {
  if (input.type !== 'mouse') return input;
  const placed = view?.panes.find((pane) => 'agent' in pane && pane.agent === agent);
  if (!placed) return input;
  const room = inside(placed.rect);
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most - 1, value));
  return { ...input, x: clamp(input.x - room.x, room.cols), y: clamp(input.y - room.y, room.rows) };
}
