import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Recorded terminal sessions (asciicast v2: a header line, then [seconds, "o" | "r" | "m", data] a line). */
export const folder = join(import.meta.dirname, 'recordings');

export interface Recording {
  readonly name: string;
  readonly size: { readonly cols: number; readonly rows: number };
  readonly steps: readonly RecordedStep[];
  /** All output, without resizes. */
  readonly bytes: Uint8Array;
}

/** Output, a resize, or a mark: the screen stood still here, and is drawn in `<name>.txt` under that heading. */
export type RecordedStep =
  | { readonly output: Uint8Array }
  | { readonly resize: { readonly cols: number; readonly rows: number } }
  | { readonly mark: string };

export function recordings(): Recording[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cast'))
    .toSorted()
    .map((name) => readRecording(join(folder, name), name.replace('.cast', '')));
}

function readRecording(path: string, name: string): Recording {
  const [head = '{}', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const { width: cols, height: rows } = JSON.parse(head);
  const steps = lines.map((line): RecordedStep => {
    const [, kind, data] = JSON.parse(line) as [number, string, string];
    if (kind === 'm') return { mark: data };
    if (kind === 'o') return { output: Buffer.from(data) };
    const [width = 80, height = 24] = data.split('x').map(Number);
    return { resize: { cols: width, rows: height } };
  });
  const output = steps.flatMap((step) => ('output' in step ? [step.output] : []));
  return { name, size: { cols, rows }, steps, bytes: Buffer.concat(output) };
}
