import { Tty } from '../../src/term/tty.ts';

/** A full-screen program for tests: opens the terminal, then does what it is told to by its argument. */
const tty = new Tty();
tty.open();
tty.write('\x1b[31mframe');
tty.onInput((data) => {
  const text = Buffer.from(data).toString();
  if (text.includes('q')) tty.close();
  if (text.includes('b')) throw new Error('a bug');
  if (text.includes('r')) Promise.reject(new Error('an unhandled rejection'));
  if (text.includes('e')) process.exit(3);
  if (text.includes('z')) tty.suspend();
  if (text.includes('f')) flood();
});
tty.onRepaint(() => tty.write('repainted'));
tty.onResize((size) => tty.write(`now ${size.cols}x${size.rows}`));
tty.onDrain(() => tty.write('\x1b[Hdrained'));

/** Frames as fast as they are taken, until one is refused. */
function flood(): void {
  let frames = 0;
  while (frames < 10_000 && tty.write('x'.repeat(10_000))) frames++;
  process.stderr.write(''); // stderr is the same terminal
  process.title = `refused after ${frames}`;
}
