import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { layoutSchema } from '../../src/core/layout.ts';
import { runTui } from '../../src/tui/mount.ts';

/** The screen in a process of its own, for tests: the socket's path is its argument. */
const layouts = Object.fromEntries(
  readdirSync('layouts').map((file) => [
    file.replace('.yaml', ''),
    layoutSchema.parse(parse(readFileSync(`layouts/${file}`, 'utf8'))),
  ]),
);

try {
  const end = await runTui({
    socket: process.argv[2] ?? '',
    version: '0.1.0',
    layouts,
    layout: 'team',
    theme: process.env.NO_COLOR ? 'none' : (process.env.THEME ?? 'auto'),
    environment: process.env,
    remembered:
      process.env.MEMORY && existsSync(process.env.MEMORY)
        ? readFileSync(process.env.MEMORY, 'utf8')
        : undefined,
    remember: (text) => process.env.MEMORY && writeFileSync(process.env.MEMORY, text),
  });
  const words = `ended: ${end.reason}${end.message ? `: ${end.message}` : ''}\n`;
  // A signal to oneself takes what still waits to be written with it.
  await new Promise((written) => process.stdout.write(words, written));
  if (end.signal) process.kill(process.pid, end.signal);
} catch (error) {
  console.log(`bug: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 70;
}
