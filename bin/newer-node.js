// Runs mcc with another Node, as if it was this process: signals go through, the end is the same, and the terminal is
// put back if that Node was killed while it had a screen open.
import { spawn, spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

const fatal = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'];
const forwarded = [...fatal, 'SIGCONT', 'SIGWINCH', 'SIGUSR1', 'SIGUSR2'];
// A terminal sends these to both of us: the other is told again only if it is still there after so many milliseconds.
const shared = ['SIGHUP', 'SIGINT', 'SIGQUIT'];
const grace = 500;

// What src/term/tty.ts writes when it gives the terminal back, and kitty's keyboard flags off.
const leave =
  '\x18\x1b[?2026l\x1b[<u\x1b[?2004l\x1b[?1004l\x1b[?1006l\x1b[?1002l\x1b]8;;\x1b\\\x1b[m\x1b[0 q\x1b[?7h\x1b[?1049l\x1b[?25h';

/** Runs this same command line with the Node at a path, and ends this process as that one ended. */
export async function runWith(node) {
  const terminal = isatty(0) && isatty(1);
  const before = terminal ? stty('-g') : '';
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, MCC_NODE_RETRY: '1' },
  });
  const ended = new Promise((done) => {
    child.once('exit', (code, signal) => done({ code, signal }));
    child.once('error', (error) => {
      process.stderr.write(`mcc: ${node} cannot be run: ${error.message}\n`);
      done({ code: 70, signal: null });
    });
  });
  for (const signal of forwarded) {
    const pass = () => child.kill(signal);
    process.on(signal, terminal && shared.includes(signal) ? () => setTimeout(pass, grace) : pass);
  }
  // Both must stop, or the shell would wait for one of them; the other is stopped by its own hand.
  process.on('SIGTSTP', () => {
    child.kill('SIGTSTP');
    process.kill(process.pid, 'SIGSTOP');
  });
  const { code, signal } = await ended;
  // A screen is open in raw mode only: otherwise there is nothing to leave, and the cursor stays where it is.
  if (signal && before && stty('-g') !== before) {
    stty(before);
    write(leave);
  }
  // An old Node aborts when it exits without the terminal it began with: it hangs up instead.
  const last = terminal && !isatty(0) ? 'SIGHUP' : signal;
  if (last && fatal.includes(last)) {
    process.removeAllListeners(last);
    process.kill(process.pid, last);
    await new Promise((done) => setTimeout(done, 1000));
  }
  process.exit(signal ? 128 + constants.signals[signal] : (code ?? 70));
}

/** What `stty` says; '' where there is none. */
function stty(word) {
  const { stdout } = spawnSync('stty', [word], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
  return (stdout ?? '').trim();
}

function write(text) {
  try {
    writeSync(1, text);
  } catch {
    // the terminal is gone
  }
}
