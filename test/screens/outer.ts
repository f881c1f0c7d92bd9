import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import xterm, { type Terminal } from '@xterm/headless';

/** A plain @xterm/headless terminal; with the table of graphemes, or with the one of Unicode 6 that it brings along. */
export function plainTerminal(cols: number, rows: number, graphemes = true): Terminal {
  const terminal = new xterm.Terminal({
    cols,
    rows,
    allowProposedApi: true,
    logLevel: 'off',
    scrollback: 1000,
    windowOptions: { getWinSizeChars: true, pushTitle: true, popTitle: true },
  });
  if (graphemes) terminal.loadAddon(new UnicodeGraphemesAddon());
  return terminal;
}

/** Writes so that it is parsed when this returns. */
export function feed(terminal: Terminal, data: string | Uint8Array): void {
  terminal.input('', true);
  terminal.write(data);
}

/** The terminal that the person sits at: what the compositor writes to it, and all that it answers. */
export class Outer {
  readonly terminal: Terminal;
  /** Must stay empty: nothing of a pane makes the outer terminal talk. */
  readonly replies: string[] = [];

  constructor(cols: number, rows: number, graphemes = true) {
    this.terminal = plainTerminal(cols, rows, graphemes);
    this.terminal.onData((data) => data !== '' && this.replies.push(data)); // '' is feed's own
    this.terminal.onBell(() => this.replies.push('bell'));
    this.terminal.onTitleChange((title) => this.replies.push(`title ${title}`));
  }

  write(bytes: string): void {
    if (bytes !== '') feed(this.terminal, bytes);
  }

  /** Where its cursor is, and its modes, as far as a program could have changed them. */
  get state() {
    const { cursorX: x, cursorY: y, type } = this.terminal.buffer.active;
    const core = (this.terminal as unknown as { _core: any })._core;
    const { isCursorHidden, decPrivateModes, modes } = core.coreService;
    const { scrollTop, scrollBottom } = core._bufferService.buffer;
    const { fg, bg } = core._inputHandler._curAttrData;
    return {
      cursor: { x, y, hidden: Boolean(isCursorHidden) },
      buffer: type,
      modes: { ...this.terminal.modes, ...modes },
      pen: { fg, bg: bg & ~0x10000000, link: core._inputHandler._curAttrData.extended.urlId },
      margins: [scrollTop, scrollBottom],
      charset: core._charsetService.charset,
      shape: [decPrivateModes.cursorStyle, decPrivateModes.cursorBlink],
      grounded: core._inputHandler._parser.currentState === 0,
    };
  }
}
