import { type Outer, outerOf } from '../term/outer.ts';
import { type Finding, Probe } from '../term/probe.ts';
import type { Looks } from './display.ts';
import { themeOf } from './theme.ts';

/** What is around the screen: the terminal it is drawn on, as far as the environment and its own answers tell. */
export class Outside {
  readonly #theme: string;
  readonly #changed: (note?: string) => void;
  readonly #probe = new Probe((finding) => this.#found(finding));
  #outer: Outer;
  #light: boolean;
  readonly #ascii: boolean | undefined;
  #looks: Looks;

  /**
   * @param ways the theme by name (none for no colours), and whether only ASCII is wanted; undefined leaves that to what
   *   the terminal can show
   * @param changed what was assumed of the terminal was wrong, with a note where the person should know
   */
  constructor(
    ways: {
      theme: string;
      ascii: boolean | undefined;
      environment: Readonly<Record<string, string | undefined>>;
    },
    changed: (note?: string) => void,
  ) {
    const { environment, theme, ascii } = ways;
    this.#theme = theme;
    this.#ascii = ascii;
    this.#changed = changed;
    const outer = outerOf(environment);
    this.#outer = { ...outer, ascii: ascii ?? outer.ascii };
    // rxvt and others say `foreground;background` as numbers of the palette
    this.#light = /;(7|15)$/.test(environment.COLORFGBG ?? '');
    this.#looks = this.#look();
  }

  get looks(): Looks {
    return this.#looks;
  }

  /** What to ask the terminal before the first frame. */
  get questions(): string {
    return this.#probe.questions;
  }

  take(reply: Uint8Array): void {
    this.#probe.take(reply);
  }

  #look(): Looks {
    return { theme: themeOf(this.#theme, this.#light), outer: this.#outer };
  }

  #found(finding: Finding): void {
    if (finding.type === 'background') {
      if (finding.light === this.#light) return;
      this.#light = finding.light;
      this.#looks = this.#look();
      this.#changed();
      return;
    }
    const lines = finding.kind === 'lines' && this.#ascii !== false && !this.#outer.ascii;
    this.#outer = lines
      ? { ...this.#outer, ascii: true }
      : { ...this.#outer, wary: new Set([...this.#outer.wary, finding.kind]) };
    this.#looks = this.#look();
    this.#changed(lines ? 'this terminal draws lines in other widths: ASCII is used instead' : undefined);
  }
}
