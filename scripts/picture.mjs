// Runs a program in a terminal of its own and writes what is on its screen as an SVG picture:
//   node scripts/picture.mjs [--size 120x35] [--until TEXT]… [--keys KEYS] [--settle MS] --out FILE -- PROGRAM ARGS…
// --until waits for text on the screen, --keys types (with \e, \r, \0 for escape, enter, ctrl-space); both may be
// repeated and are done in order. Then it waits until the screen has been still for --settle ms (400), draws, and ends.
import { writeFileSync } from 'node:fs';
import { pictureOf } from '../src/term/draw.ts';
import { drawSvg } from '../src/term/draw-svg.ts';
import { ptyHost } from '../src/term/pty.ts';
import { Screen } from '../src/term/screen.ts';

const options = {
  size: '120x35',
  settle: '400',
  steps: [],
  out: undefined,
  title: undefined,
  patience: '90000',
};
const argv = process.argv.slice(2);
while (argv.length > 0 && argv[0] !== '--') {
  const name = argv.shift()?.replace(/^--/, '');
  const value = argv.shift();
  if (name === undefined || value === undefined) throw new Error(`--${name} needs a value`);
  if (name === 'until' || name === 'keys') options.steps.push({ [name]: value });
  else options[name] = value;
}
argv.shift();
const [file, ...args] = argv;
if (!file || !options.out)
  throw new Error(
    'usage: node scripts/picture.mjs --out FILE [--size 120x35] [--until TEXT]… -- PROGRAM ARGS…',
  );
const [cols, rows] = options.size.split('x').map(Number);

const screen = new Screen({ cols, rows }, { answer: (bytes) => session.write(Buffer.from(bytes)) });
const env = {
  ...process.env,
  TERM: 'xterm-256color',
  COLORTERM: '',
  NO_COLOR: undefined,
  MCC_SESSION: undefined,
};
const session = ptyHost().spawn({
  file,
  args,
  cwd: process.cwd(),
  env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
  size: { cols, rows },
});
session.onData((data) => screen.write(data));
const exited = new Promise((resolve) => session.onExit(resolve));

/** Until this holds of the screen, or patience ends. */
const until = (what, holds) =>
  new Promise((resolve, reject) => {
    screen.flush();
    if (holds()) return resolve();
    const timer = setTimeout(() => {
      off();
      reject(new Error(`never saw ${what}; the screen shows:\n${screen.text().join('\n')}`));
    }, Number(options.patience));
    const off = screen.onParsed(() => {
      if (!holds()) return;
      clearTimeout(timer);
      off();
      resolve();
    });
  });

/** Until nothing has been drawn for so long. */
const still = (ms) =>
  new Promise((resolve) => {
    let timer = setTimeout(done, ms);
    const off = screen.onParsed(() => {
      clearTimeout(timer);
      timer = setTimeout(done, ms);
    });
    function done() {
      off();
      resolve();
    }
  });

const typed = (keys) => keys.replaceAll('\\e', '\x1b').replaceAll('\\r', '\r').replaceAll('\\0', '\x00');
let code = 0;
try {
  for (const step of options.steps) {
    if (step.until !== undefined)
      await until(JSON.stringify(step.until), () => screen.text().join('\n').includes(step.until));
    else session.write(Buffer.from(typed(step.keys)));
  }
  await still(Number(options.settle));
  writeFileSync(options.out, drawSvg(pictureOf(screen), options.title));
  process.stdout.write(`${options.out}: ${cols}×${rows}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  code = 1;
}
session.kill('SIGTERM');
await exited;
process.exit(code);
