import type { Hooks, ModeTracker, Sequence } from './modes.ts';
import type { Store } from './stored.ts';

/**
 * Where the emulator departs from xterm's ctlseqs in a way that a program notices, what ctlseqs says is done here, before
 * its own handler has a turn. What stays different is listed in docs/fidelity.md.
 */
export function mend(hooks: Hooks, { store, modes, size }: Mended): void {
  // CSI 1 J in the very last cell throws
  hooks.csi({ final: 'J' }, ([part]) => part === 1 && store.eraseAbove());
  // DECALN takes the margins away and draws plain
  hooks.esc({ intermediates: '#', final: '8' }, () => store.align());
  // DECCOLM, where allowed, begins with a clear screen; a pane's width is not its program's
  for (const final of 'hl')
    hooks.csi({ prefix: '?', final }, (which) => {
      if (modes.columns && which.includes(3)) store.clear();
      return false;
    });
  mendRepetitions(hooks, store, size);
  mendOriginMode(hooks, store, size);
}

interface Mended {
  readonly store: Store;
  readonly modes: ModeTracker;
  readonly size: () => { readonly cols: number; readonly rows: number };
}

/** A step for each of two thousand million lines, tabs or glyphs would stop the whole process for minutes. */
function mendRepetitions(hooks: Hooks, store: Store, size: () => { cols: number; rows: number }): void {
  const most: Record<string, () => number> = {
    L: () => size().rows,
    M: () => size().rows,
    S: () => size().rows,
    T: () => size().rows,
    I: () => size().cols,
    Z: () => size().cols,
    b: () => size().cols * size().rows,
  };
  for (const [final, limit] of Object.entries(most))
    hooks.csi(
      { final },
      ([count]) => typeof count === 'number' && count > limit() && store.clampParameter(limit()),
    );
}

/** Moves relative to the cursor or within its row add the top margin once more in origin mode. */
function mendOriginMode(hooks: Hooks, store: Store, size: () => { cols: number }): void {
  const on = (id: Sequence, go: (place: Place, n: number, last: number) => { x: number; y: number }) =>
    hooks.csi(id, ([count]) => {
      if (!store.origin) return false;
      const last = size().cols - 1;
      const { x, y, scrollTop: top, scrollBottom: bottom } = store.place;
      const from = { x: Math.min(x, last), y: clamp(y, top, bottom), top, bottom };
      const to = go(from, typeof count === 'number' && count > 0 ? count : 1, last);
      store.moveTo(clamp(to.x, 0, last), clamp(to.y, top, bottom));
      return true;
    });
  for (const final of ['A', 'F']) on({ final }, ({ x, y }, n) => ({ x: final === 'F' ? 0 : x, y: y - n }));
  for (const final of ['B', 'e', 'E'])
    on({ final }, ({ x, y }, n) => ({ x: final === 'E' ? 0 : x, y: y + n }));
  for (const final of ['C', 'a']) on({ final }, ({ x, y }, n) => ({ x: x + n, y }));
  for (const final of ['G', '`']) on({ final }, ({ y }, n) => ({ x: n - 1, y }));
  on({ final: 'D' }, ({ x, y }, n) => ({ x: x - n, y }));
  // a wrap that waits is no column of its own
  hooks.csi({ final: 'Z' }, () => {
    const { x, y } = store.place;
    if (x >= size().cols) store.moveTo(size().cols - 1, y);
    return false;
  });
}

interface Place {
  readonly x: number;
  readonly y: number;
}

const clamp = (n: number, least: number, most: number) => Math.max(least, Math.min(most, n));
