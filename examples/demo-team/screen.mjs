// The screen of a small coding CLI: a transcript that scrolls away in the main buffer, and a live part below it.
import { cut, style, widthOf, wrap, wrapHard } from './text.mjs';

const placeholder = 'Try "what are you doing?"';
const spinner = ['·', '✢', '✳', '✶', '✻', '✽'];

export class Screen {
  /** everything printed: { lead, text, style } */
  #items = [];
  #liveRows = 0;
  #beat = 0;
  #timer = null;
  focused = true;
  streaming = null;
  working = null;
  dialog = null;
  queued = [];

  constructor(output, name, composer) {
    this.output = output;
    this.name = name;
    this.composer = composer;
  }

  get cols() {
    return Math.max(20, this.output.columns ?? 80);
  }

  get rows() {
    return Math.max(6, this.output.rows ?? 24);
  }

  open() {
    // Bracketed paste and focus events, as the real one asks for.
    this.output.write('\x1b[?2004h\x1b[?1004h\x1b[?25l');
    this.title();
    this.draw();
  }

  close() {
    clearInterval(this.#timer);
    this.output.write('\x1b[?2004l\x1b[?1004l\x1b[?25h\x1b[0m\r\n');
  }

  title() {
    this.output.write(`\x1b]0;${this.working ? '◐' : '✳'} ${this.name}\x07`);
  }

  /** Begins or ends the spinner. @param word what it says, or null */
  work(word) {
    if (word && !this.working) this.#timer = setInterval(() => this.draw(), 120);
    if (!word) clearInterval(this.#timer);
    const changed = Boolean(word) !== Boolean(this.working);
    this.working = word ? { word, since: this.working?.since ?? Date.now() } : null;
    if (changed) this.title();
    this.draw();
  }

  /** Prints into the transcript; `lead` stands before its first row, blanks before the others. */
  print(text, { lead = '', paint = style.plain, leadPaint = style.plain } = {}) {
    const item = { lead, text, paint, leadPaint };
    this.#items.push(item);
    this.draw(this.#layout(item));
  }

  /** Draws everything anew, after a resize: rows of another width would stand in the way. */
  redraw() {
    const all = this.#items.flatMap((item) => this.#layout(item));
    this.#liveRows = 0;
    this.output.write('\x1b[2J\x1b[H');
    this.draw(all.slice(-this.rows));
  }

  /** One write: the live part is taken back, new rows are printed, the live part is drawn below them. */
  draw(printed = []) {
    this.#beat += 1;
    const back = this.#liveRows > 1 ? `\x1b[${this.#liveRows - 1}A` : '';
    const live = this.#live().slice(-(this.rows - 1));
    this.#liveRows = live.length;
    const rows = [...printed, ...live];
    this.output.write(`\x1b[?2026h\x1b[?25l${back}\r\x1b[J${rows.join('\r\n')}\x1b[?2026l`);
  }

  #layout({ lead, text, paint, leadPaint }) {
    const width = [...lead].reduce((sum, one) => sum + widthOf(one), 0);
    return wrap(text, this.cols - width).map((row, index) =>
      index === 0 ? leadPaint(lead) + paint(row) : ' '.repeat(width) + paint(row),
    );
  }

  #live() {
    const rows = [];
    if (this.streaming) rows.push(...this.#layout(this.streaming));
    if (this.working && !this.dialog) rows.push('', this.#spinner());
    for (const text of this.queued) rows.push(style.dim(cut(`  ❯ ${text.split('\n')[0]}`, this.cols)));
    return [...rows, '', ...(this.dialog ? this.#dialogRows() : this.#composerRows())];
  }

  #spinner() {
    const seconds = Math.round((Date.now() - this.working.since) / 1000);
    const word = `${spinner[this.#beat % spinner.length]} ${this.working.word}…`;
    return style.accent(word) + style.dim(cut(` (${seconds}s · esc to interrupt)`, this.cols - word.length));
  }

  #composerRows() {
    const { cols, name } = this;
    const label = ` ${name} `;
    const top = `${'─'.repeat(Math.max(4, cols - label.length - 1))}${label}─`;
    return [
      style.dim(cut(top, cols)),
      ...this.#draft(),
      style.dim('─'.repeat(cols)),
      style.dim(cut(this.#footer(), cols)),
    ];
  }

  #footer() {
    if (this.hint) return `  ${this.hint}`;
    return this.working
      ? '  scripted demo agent · esc to interrupt'
      : '  scripted demo agent · type to talk to it';
  }

  #draft() {
    const { characters, cursor } = this.composer;
    if (characters.length === 0) {
      const text = cut(placeholder, this.cols - 3);
      const first = this.focused ? style.inverse(' ') : ' ';
      return [`❯ ${first}${this.working ? '' : style.dim(` ${text.slice(0, this.cols - 4)}`)}`];
    }
    const marked = [...characters, ' '].map((character, at) => ({ character, at }));
    const lines = [[]];
    for (const one of marked) {
      const row = lines.at(-1);
      const width = row.reduce((sum, cell) => sum + widthOf(cell.character), 0);
      if (one.character === '\n') {
        row.push({ character: ' ', at: one.at });
        lines.push([]);
      } else if (width + widthOf(one.character) > this.cols - 2) lines.push([one]);
      else row.push(one);
    }
    return lines.map((row, index) => {
      const text = row.map(({ character, at }) =>
        at === cursor && this.focused ? style.inverse(character) : character,
      );
      return `${index === 0 ? '❯ ' : '  '}${text.join('')}`;
    });
  }

  #dialogRows() {
    const { title, detail, question, options, chosen, footer } = this.dialog;
    const { cols } = this;
    return [
      style.accent('─'.repeat(cols)),
      style.bold(cut(` ${title}`, cols)),
      '',
      ...wrapHard(detail, cols - 4).map((row) => `   ${row}`),
      '',
      cut(` ${question}`, cols),
      ...options.map((option, index) =>
        index === chosen
          ? style.accent(cut(` ❯ ${index + 1}. ${option}`, cols))
          : cut(`   ${index + 1}. ${option}`, cols),
      ),
      '',
      style.dim(cut(` ${footer()}`, cols)),
    ];
  }
}
