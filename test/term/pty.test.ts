import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ptyHost } from '../../src/term/pty.ts';
import { collect, hostSuite } from './host-suite.ts';
import { env, size } from './host-suite-data.ts';

hostSuite(ptyHost);

/** Resolves when a value stays the same for so many looks. */
async function settled(look: () => unknown, times = 15): Promise<void> {
  for (let before = look(), same = 0; same < times; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = look();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

test('a paused session stops its program, a resumed one goes on where it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcc-paused-'));
  const progress = join(folder, 'progress');
  writeFileSync(progress, '0');
  const script = `i=0; while [ $i -lt 100 ]; do seq 1 4000; i=$((i+1)); echo $i > ${progress}; done; echo done`;
  const session = ptyHost().spawn({ file: 'sh', args: ['-c', script], cwd: '/', env, size });
  const output = collect(session);
  session.pause();
  const before = output.bytes();
  await settled(() => readFileSync(progress, 'utf8'));
  expect(Number(readFileSync(progress, 'utf8'))).toBeLessThan(50);
  expect(output.bytes()).toBe(before);
  session.resume();
  await output.exit;
  const wanted = Array.from({ length: 4000 }, (_, index) => `${index + 1}\r\n`).join('');
  expect(output.text() === `${wanted.repeat(100)}done\r\n`).toBe(true);
  rmSync(folder, { recursive: true });
});
