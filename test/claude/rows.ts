import xterm from '@xterm/headless';
import type { ScreenRow } from '../../src/agents/define.ts';

/** The visible rows of a terminal in the form that agent kinds read. */
export function rowsOf(terminal: InstanceType<typeof xterm.Terminal>): ScreenRow[] {
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, y) => {
    const line = buffer.getLine(buffer.baseY + y);
    const cells = Array.from({ length: terminal.cols }, (__, x) => line?.getCell(x));
    return {
      cells: cells.map((cell) => (cell?.getWidth() === 0 ? '' : cell?.getChars() || ' ')),
      dim: cells.map((cell) => Boolean(cell?.isDim())),
      inverse: cells.map((cell) => Boolean(cell?.isInverse())),
    };
  });
}

/** What a recording of so many bytes shows at a size. */
export async function replay(bytes: Uint8Array, cols: number, rows: number): Promise<ScreenRow[]> {
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 2000 });
  await new Promise<void>((done) => terminal.write(bytes, done));
  return rowsOf(terminal);
}
