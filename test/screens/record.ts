import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './recording.ts';

/** Writes an asciicast of events without their times (a test does not wait), neighbouring outputs joined. */
export function writeRecording(
  name: string,
  { cols, rows }: { cols: number; rows: number },
  events: readonly (readonly [string, string])[],
): void {
  const joined: [string, string][] = [];
  for (const [kind, data] of events) {
    const last = joined.at(-1);
    // bytes, one a sign, become characters when their sequence is whole
    if (kind === 'o' && last?.[0] === 'o') last[1] += data;
    else joined.push([kind, data]);
  }
  const lines = joined.map(([kind, data]) =>
    JSON.stringify([0, kind, kind === 'o' ? Buffer.from(data, 'latin1').toString('utf8') : data]),
  );
  const head = JSON.stringify({ version: 2, width: cols, height: rows, title: name });
  writeFileSync(join(folder, `${name.replaceAll(' ', '-')}.cast`), `${[head, ...lines].join('\n')}\n`);
}
