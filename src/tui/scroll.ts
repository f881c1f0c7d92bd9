import type { Window } from '../term/window.ts';
import type { ScrollBy } from './ui.ts';

/** Moves a view in its screen's history; returns the lines it is looked back then. */
export function scrollBy(window: Window, by: ScrollBy): number {
  const page = Math.max(1, window.size.rows - 2);
  const half = Math.ceil(page / 2);
  const { scroll } = window;
  const to = {
    up: scroll + 1,
    down: scroll - 1,
    'page-up': scroll + page,
    'page-down': scroll - page,
    'half-up': scroll + half,
    'half-down': scroll - half,
    top: window.history,
    bottom: 0,
  };
  const wanted = typeof by === 'number' ? scroll + by : typeof by === 'string' ? to[by] : placed(window, by);
  window.scroll = Math.max(0, wanted);
  return window.scroll;
}

/** How far to look back so that a line is in view: hardly moved when it is near, in the middle when it is far. */
function placed(window: Window, by: ScrollBy & object): number {
  if ('back' in by) return by.back;
  const { history, scroll, shed, size, top } = window;
  if ('top' in by) return history - (by.top - shed);
  const row = by.line - shed - top;
  if (row >= 0 && row < size.rows) return scroll;
  const beyond = row < 0 ? -row : row - size.rows + 1;
  if (beyond > size.rows / 2) return history - (by.line - shed - Math.floor(size.rows / 2));
  return row < 0 ? scroll + beyond : scroll - beyond;
}
