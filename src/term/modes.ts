/**
 * The modes a program has set in its terminal: what xterm tracks, and what it drops (kitty keys, modifyOtherKeys, mouse
 * encodings it does not know, cursor visibility and shape, character sets). Nothing here ever reaches the outer terminal.
 */

export type MouseTracking = 'none' | 'x10' | 'press' | 'drag' | 'any';
export type MouseEncoding = 'default' | 'utf8' | 'sgr' | 'urxvt';
export type CursorShape = 'block' | 'underline' | 'bar';

export interface Modes {
  /** DECCKM: arrow keys as SS3. */
  readonly cursorKeys: boolean;
  /** DECKPAM. */
  readonly keypad: boolean;
  /** Bracketed paste, ?2004. */
  readonly paste: boolean;
  /** Focus events, ?1004. */
  readonly focus: boolean;
  /** ?9, ?1000, ?1002, ?1003. */
  readonly mouse: MouseTracking;
  /** none, ?1005, ?1006, ?1015; positions in pixels (?1016) a pane does not know. */
  readonly mouseEncoding: MouseEncoding;
  /** Kitty keyboard flags in force; of its five only 1 (disambiguate) is offered to programs. */
  readonly kitty: number;
  /** xterm's modifyOtherKeys: 0, 1 or 2. */
  readonly modifyOtherKeys: number;
  readonly alternate: boolean;
  /** Inside a synchronised update, ?2026. */
  readonly synchronised: boolean;
}

type Parameters = (number | number[])[];
export interface Sequence {
  prefix?: string;
  intermediates?: string;
  final: string;
}

/** The hooks of a parser; a handler that returns false lets the parser's own handler run too. */
export interface Hooks {
  csi(id: Sequence, handler: (parameters: Parameters) => boolean): void;
  esc(id: Sequence, handler: () => boolean): void;
  osc(number: number, handler: (data: string) => boolean): void;
  dcs(id: Sequence, handler: (data: string) => boolean): void;
}

/** The flags of the kitty keyboard protocol that a pane can honour. */
const KITTY_OFFERED = 1;
const ENCODINGS: Record<number, MouseEncoding> = { 1005: 'utf8', 1006: 'sgr', 1015: 'urxvt' };
/** Grapheme clusters count as one glyph: always, in a pane. */
const GRAPHEMES = 2027;
const SHAPES: CursorShape[] = ['block', 'block', 'block', 'underline', 'underline', 'bar', 'bar'];

/** What the emulator itself does not tell; one a screen. */
export class ModeTracker {
  cursorVisible = true;
  shape: CursorShape = 'block';
  blink = false;
  mouseEncoding: MouseEncoding = 'default';
  modifyOtherKeys = 0;
  /** Since when a synchronised update (?2026) is open, by performance.now(); asked for again, it is still the same one. */
  updatingSince: number | null = null;
  /** ?40: DECCOLM (?3) clears the screen; the width stays that of the pane. */
  columns = false;
  /** Designated character sets G0 to G3 by their final character, 'B' being ASCII. */
  charsets = ['B', 'B', 'B', 'B'];
  readonly #stacks = { normal: [0], alternate: [0] };
  readonly #isAlternate: () => boolean;

  /** Kitty flags are kept apart for the normal and the alternate screen (kitty's protocol, "Progressive enhancement"). */
  constructor(hooks: Hooks, isAlternate: () => boolean) {
    this.#isAlternate = isAlternate;
    hooks.csi({ prefix: '?', final: 'h' }, (modes) => this.#set(modes, true));
    hooks.csi({ prefix: '?', final: 'l' }, (modes) => this.#set(modes, false));
    hooks.csi({ intermediates: ' ', final: 'q' }, ([style]) => this.#style(style));
    hooks.csi({ intermediates: '!', final: 'p' }, () => this.#soft());
    hooks.esc({ final: 'c' }, () => this.#reset());
    hooks.csi({ prefix: '>', final: 'm' }, (parameters) => this.#otherKeys(parameters));
    hooks.csi({ prefix: '>', final: 'n' }, ([which]) => which === 4 && this.#otherKeys([4, 0]));
    hooks.csi({ prefix: '>', final: 'u' }, ([flags]) => this.#push(number(flags)));
    hooks.csi({ prefix: '<', final: 'u' }, ([count]) => this.#pop(number(count) || 1));
    hooks.csi({ prefix: '=', final: 'u' }, ([flags, how]) => this.#change(number(flags), number(how) || 1));
    for (const [index, opener] of ['(', ')', '*', '+'].entries())
      for (const final of '0AB')
        hooks.esc({ intermediates: opener, final }, () => {
          this.charsets[index] = final;
          return false;
        });
  }

  /** The stack of kitty flags of the screen in use, the last in force. */
  get kitty(): readonly number[] {
    return this.#stack;
  }

  get #stack(): number[] {
    return this.#isAlternate() ? this.#stacks.alternate : this.#stacks.normal;
  }

  /** The kitty stacks of both screens, for a snapshot. */
  get stacks(): { readonly normal: readonly number[]; readonly alternate: readonly number[] } {
    return this.#stacks;
  }

  /** What DECRQM answers for modes that the emulator answers wrongly (VT510, DECRPM); null for all others. */
  reported(mode: number): 0 | 1 | 2 | 3 | null {
    if (mode === 12) return this.blink ? 1 : 2;
    if (mode === 40) return this.columns ? 1 : 2;
    if (mode === 1005 || mode === 1015) return this.mouseEncoding === ENCODINGS[mode] ? 1 : 2;
    if (mode === 1016) return 0;
    return mode === GRAPHEMES ? 3 : null;
  }

  #set(modes: Parameters, on: boolean): boolean {
    for (const mode of modes) {
      if (mode === 25) this.cursorVisible = on;
      if (mode === 12) this.blink = on;
      if (mode === 40) this.columns = on;
      if (mode === 2026) this.updatingSince = on ? (this.updatingSince ?? performance.now()) : null;
      const encoding = typeof mode === 'number' ? ENCODINGS[mode] : undefined;
      if (encoding) this.mouseEncoding = on ? encoding : 'default';
    }
    return false;
  }

  #style(style: number | number[] | undefined): boolean {
    const wanted = number(style);
    this.shape = SHAPES[wanted] ?? this.shape;
    this.blink = wanted % 2 === 1;
    return false;
  }

  #soft(): boolean {
    this.cursorVisible = true;
    this.updatingSince = null;
    this.charsets = ['B', 'B', 'B', 'B'];
    return false;
  }

  #reset(): boolean {
    this.#soft();
    this.shape = 'block';
    this.blink = false;
    this.columns = false;
    this.mouseEncoding = 'default';
    this.modifyOtherKeys = 0;
    this.#stacks.normal = [0];
    this.#stacks.alternate = [0];
    return false;
  }

  #otherKeys([which, level]: Parameters): boolean {
    if (which === 4) this.modifyOtherKeys = Math.min(2, number(level));
    return true;
  }

  #push(flags: number): boolean {
    this.#stack.push(flags & KITTY_OFFERED);
    if (this.#stack.length > 16) this.#stack.splice(1, 1);
    return true;
  }

  #pop(count: number): boolean {
    const stack = this.#stack;
    if (count < stack.length) stack.length -= count;
    else stack.splice(0, stack.length, 0);
    return true;
  }

  /** CSI = flags ; 1 sets, 2 adds, 3 takes away. */
  #change(flags: number, how: number): boolean {
    const stack = this.#stack;
    const now = stack.at(-1) ?? 0;
    const next = how === 1 ? flags : how === 2 ? now | flags : now & ~flags;
    stack[stack.length - 1] = next & KITTY_OFFERED;
    return true;
  }
}

function number(parameter: number | number[] | undefined): number {
  return typeof parameter === 'number' && parameter > 0 ? parameter : 0;
}
