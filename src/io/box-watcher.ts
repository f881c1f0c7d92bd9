import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { type BoxKind, type Scan, scanBox, settleTime } from './box.ts';

export interface BoxWatcher {
  /** ends when what lay in the boxes at the start was given, and every later file will be noticed */
  ready: Promise<void>;
  /** Looks at all boxes now; ends when what was found was given. */
  rescan(): Promise<void>;
  close(): Promise<void>;
}

/** How often all boxes are looked at even when nothing was noticed, in ms: network folders announce nothing. */
const patience = 5000;

/**
 * Watches the boxes `root/<agent>/`, those that are made later too.
 * @param found is given what is new or was moved aside, never nothing; a file once for as long as it stays as it is
 * @param options.failed hears what could not be read or watched
 */
export function watchBoxes<T>(
  root: string,
  kind: BoxKind<T>,
  found: (agent: string, scan: Scan<T>) => void,
  options: { settle?: number; failed?: (error: Error) => void } = {},
): BoxWatcher {
  mkdirSync(root, { recursive: true });
  const boxes = new Boxes(root, kind, found, options.settle ?? settleTime, options.failed ?? (() => {}));
  return { ready: boxes.start(), rescan: () => boxes.lookAll(), close: () => boxes.close() };
}

class Boxes<T> {
  #root: string;
  #kind: BoxKind<T>;
  #found: (agent: string, scan: Scan<T>) => void;
  #settle: number;
  #failed: (error: Error) => void;
  #known = new Map<string, Map<string, string>>();
  /** by agent: the look that goes on, and whether another was asked for since it began */
  #looks = new Map<string, { done: Promise<void>; again: boolean }>();
  #timers = new Map<string, NodeJS.Timeout>();
  #watcher: FSWatcher | undefined;
  #round: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    root: string,
    kind: BoxKind<T>,
    found: (agent: string, scan: Scan<T>) => void,
    settle: number,
    failed: (error: Error) => void,
  ) {
    this.#root = root;
    this.#kind = kind;
    this.#found = found;
    this.#settle = settle;
    this.#failed = failed;
  }

  async start(): Promise<void> {
    const watcher = watch(this.#root, {
      ignoreInitial: true,
      followSymlinks: false,
      depth: 2,
      ignored: (path) => this.#isElsewhere(path),
    });
    this.#watcher = watcher;
    watcher.on('all', (_event, path) => {
      const [agent] = relative(this.#root, path).split(sep);
      if (agent) void this.look(agent);
    });
    watcher.on('error', (error) => this.#failed(error instanceof Error ? error : new Error(String(error))));
    await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
    if (this.#closed) return;
    this.#round = setInterval(() => void this.lookAll(), patience).unref();
    await this.lookAll();
  }

  /** True inside of the folders of a box where no new files come. */
  #isElsewhere(path: string): boolean {
    const [, inner] = relative(this.#root, path).split(sep);
    return inner === 'cur' || inner === 'bad' || inner === 'tmp';
  }

  async lookAll(): Promise<void> {
    const entries = await readdir(this.#root, { withFileTypes: true }).catch(() => []);
    await Promise.all(entries.filter((entry) => entry.isDirectory()).map(({ name }) => this.look(name)));
  }

  /** Looks at one box; asked for while a look goes on, it looks once more after that. */
  look(agent: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const going = this.#looks.get(agent);
    if (going) {
      going.again = true;
      return going.done;
    }
    const look = { again: false, done: Promise.resolve() };
    this.#looks.set(agent, look);
    look.done = this.#lookUntilQuiet(agent, look);
    return look.done;
  }

  async #lookUntilQuiet(agent: string, look: { again: boolean }): Promise<void> {
    do {
      look.again = false;
      await this.#lookOnce(agent);
    } while (look.again && !this.#closed);
    this.#looks.delete(agent); // in the same step, so that nothing asked for meanwhile is lost
  }

  async #lookOnce(agent: string): Promise<void> {
    const known = this.#known.get(agent) ?? new Map<string, string>();
    this.#known.set(agent, known);
    let scan: Scan<T>;
    try {
      scan = await scanBox(join(this.#root, agent), this.#kind, { settle: this.#settle, known });
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (this.#closed) return;
    if (scan.unsettled.length > 0) this.#lookLater(agent);
    if (scan.arrivals.length > 0 || scan.bad.length > 0) this.#found(agent, scan);
  }

  /** Whoever still writes a file is given time; the look after that judges it. */
  #lookLater(agent: string): void {
    clearTimeout(this.#timers.get(agent));
    this.#timers.set(
      agent,
      setTimeout(() => void this.look(agent), this.#settle + 10),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#round);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#watcher?.close();
    await Promise.all([...this.#looks.values()].map(({ done }) => done));
  }
}
