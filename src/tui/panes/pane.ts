import type { State } from '../../core/state.ts';
import type { Line } from '../line.ts';

/** What a list pane is drawn from: the team's state, the room inside its frame, and the id of the chosen row. */
export interface Pane {
  readonly state: State;
  /** ms since the epoch */
  readonly now: number;
  readonly cols: number;
  readonly rows: number;
  readonly chosen: string | undefined;
}

/** A row of a list, and the item that a click on it means. */
export interface Row {
  readonly line: Line;
  readonly id?: string;
  /** where a row holds several items: the columns they begin at, in order */
  readonly ids?: readonly { readonly x: number; readonly id: string | undefined }[];
}

/** The item under a column of a row. */
export const itemAt = (row: Row | undefined, x: number): string | undefined =>
  row?.ids ? row.ids.findLast((one) => one.x <= x)?.id : row?.id;

/** As many rows as fitted, so that the chosen item's are among them. */
export function window(all: readonly Row[], rows: number, chosen: string | undefined): Row[] {
  if (all.length <= rows) return [...all];
  const last = all.findLastIndex((row) => row.id !== undefined && row.id === chosen);
  const top = Math.max(0, Math.min(all.length - rows, last - rows + 1));
  return all.slice(top, top + rows);
}
