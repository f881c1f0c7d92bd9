import { openScreen } from '../../src/cli/screen.ts';
import { connect } from '../../src/wire/client.ts';

/** Who sits at a terminal, in a process of its own, for tests: the socket's path is its argument. */
const wire = await connect(process.argv[2] ?? '', { version: '0.1.0', pid: process.pid, client: 'tui' });
const say = (text: string) => void process.stdout.write(text);
try {
  const code = await openScreen(wire, { env: process.env, err: say });
  console.log(`ended: ${code}`);
  process.exitCode = code;
} catch (error) {
  console.log(`bug: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 70;
}
