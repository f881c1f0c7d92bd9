import { Screen } from '../term/screen.ts';
import type { ServerFrame } from '../wire/schema.ts';

/** The screen of an agent's terminal on this side of the socket: made by a snapshot, kept by what comes after it. */
export class Mirror {
  readonly #scrollback: number;
  #screen: Screen | undefined;

  /** @param scrollback lines of history to keep, none when not given */
  constructor(scrollback = 0) {
    this.#scrollback = scrollback;
  }

  /** The screen as it is now; undefined before the first snapshot. */
  get screen(): Screen | undefined {
    this.#screen?.flush();
    return this.#screen;
  }

  /** Takes what the supervisor tells of this terminal; other frames mean nothing to it. */
  take(frame: ServerFrame, body: Uint8Array): void {
    if (frame.type === 'snapshot') {
      this.dispose();
      this.#screen = new Screen(frame, { scrollback: this.#scrollback });
      this.#screen.write(body);
    } else if (frame.type === 'output') this.#screen?.write(body);
    else if (frame.type === 'size') this.#screen?.resize(frame);
  }

  dispose(): void {
    this.#screen?.dispose();
    this.#screen = undefined;
  }
}
