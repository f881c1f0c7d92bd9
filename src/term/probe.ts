import { cellWidth } from './graphemes.ts';
import { samples, type WidthClass, widthClasses } from './widths.ts';

/**
 * Tries the outer terminal at the start: what its background is (xterm's OSC 11), and how far its cursor moves for a
 * glyph of each kind (DSR 6). It answers when it likes, or never; whatever it does not answer is taken to be as usual.
 */
export class Probe {
  #asked = widthClasses.map((kind) => kind);
  readonly #tell: (finding: Finding) => void;

  constructor(tell: (finding: Finding) => void) {
    this.#tell = tell;
  }

  /** The questions; written before the first frame, which clears what they draw. */
  get questions(): string {
    // On the second row, since a report of the first could be F3 with modifiers. Concealed, so that nothing flashes.
    const tries = widthClasses.map((kind) => `\x1b[2;1H\x1b[8m${samples[kind]}\x1b[m\x1b[6n`);
    return `\x1b]11;?\x1b\\${tries.join('')}\x1b[2;1H\x1b[K`;
  }

  /** Takes what the terminal answered. */
  take(reply: Uint8Array): void {
    const text = Buffer.from(reply).toString('latin1');
    const [, column] = /^\x1b\[2;(\d+)R$/.exec(text) ?? [];
    if (column !== undefined) this.#measured(Number(column) - 1);
    const colour = /^\x1b\]11;rgba?:([\da-f]+)\/([\da-f]+)\/([\da-f]+)/i.exec(text);
    if (colour) this.#tell({ type: 'background', light: brightness(colour.slice(1)) > 0.5 });
  }

  #measured(columns: number): void {
    const kind = this.#asked.shift();
    if (kind !== undefined && columns !== cellWidth(samples[kind])) this.#tell({ type: 'width', kind });
  }
}

export type Finding =
  | { readonly type: 'background'; readonly light: boolean }
  /** glyphs of this kind have another width there */
  | { readonly type: 'width'; readonly kind: WidthClass };

/** How bright a colour is, 0 to 1 (weights of ITU-R BT.709); each part in 1 to 4 hexadecimal digits. */
function brightness(parts: readonly string[]): number {
  const [red = 0, green = 0, blue = 0] = parts.map(
    (part) => Number.parseInt(part, 16) / (16 ** part.length - 1),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
