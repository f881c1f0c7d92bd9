import { modeSequences } from '../../src/term/mode-sequences.ts';
import { Screen } from '../../src/term/screen.ts';
import { tmuxHost } from '../../src/term/tmux.ts';
import { env, size } from './host-suite-data.ts';

/** A process that is to be killed: starts a session as a supervisor does, says what its screen shows, and waits for its end. */
const [, , socket = '', name = '', script = '', until = ''] = process.argv;
const host = await tmuxHost({ socket, scrollback: 1000, env: process.env });
const session = await host.spawn({ name, file: process.execPath, args: ['-e', script], cwd: '/', env, size });
const screen = new Screen(size, { scrollback: 1000 });
session.onData((data) => screen.write(data));
session.onExit(() => tell());
screen.onParsed(() => {
  session.keepModes?.(modeSequences(screen.modes, screen.cursor));
  if (screen.text().join('\n').includes(until)) tell();
});

let told = false;
function tell(): void {
  if (told) return;
  told = true;
  const lines = Array.from({ length: screen.lines }, (_, index) => screen.line(index));
  const { cursor, modes, title } = screen;
  // What was told to tmux is done when it answers the next question.
  void host.list().then(() => console.log(JSON.stringify({ pid: session.pid, lines, cursor, modes, title })));
}
