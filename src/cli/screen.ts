import { execFileSync } from 'node:child_process';
import { fstatSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import type { DeviceName } from '../term/device.ts';
import { RESTORE } from '../term/restore.ts';
import type { WireClient } from '../wire/client.ts';
import type { ScreenEnd } from '../wire/schema.ts';
import { Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';

/** Signals that the terminal, or whoever ends this process, sends to it: they are the screen's. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGCONT'] as const;
/** A supervisor that does not end the screen so long after a signal hangs, in ms. */
const patience = 3_000;

/** What of the environment tells the terminal and the desktop around it (term/outer.ts, notice.ts, clipboard.ts). */
const telling = [
  ...['TERM', 'TERM_PROGRAM', 'COLORTERM', 'COLORFGBG', 'NO_COLOR', 'LANG', 'LC_ALL', 'LC_CTYPE'],
  ...['TMUX', 'STY', 'KITTY_WINDOW_ID', 'VTE_VERSION', 'WSL_DISTRO_NAME'],
  ...['DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR'],
];

/**
 * Sits at the terminal while the supervisor draws the screen on it, and returns the exit code once the screen has ended:
 * agents and supervisor go on in any case. This process only passes on what it alone is told of: signals and sizes.
 * @param layout the layout that was asked for by name
 */
export async function openScreen(
  wire: WireClient,
  shell: Pick<Shell, 'env' | 'err'>,
  layout?: string,
): Promise<number> {
  const { stdin, stdout } = process;
  // In the background this stops the process, as it should: the terminal is another's then.
  stdin.setRawMode(true);
  stdin.setRawMode(false);
  let restored = false;
  let relays = false;
  const end = await new Promise<ScreenEnd | undefined>((resolve) => {
    wire.on((frame, body) => {
      if (frame.type === 'end') {
        restored = true;
        resolve(frame);
      } else if (frame.type === 'draw') stdout.write(body);
      else if (frame.type === 'stop') {
        if (relays) stdin.setRawMode(false);
        process.kill(process.pid, 'SIGSTOP');
      } else if (frame.type === 'relay') {
        relays = true;
        stdin.setRawMode(true);
        stdin.on('data', (keys) => wire.send({ type: 'keys' }, keys));
      }
    });
    wire.onClose(() => resolve(undefined));
    for (const signal of signals)
      process.on(signal, () => {
        if (signal === 'SIGCONT' && relays) stdin.setRawMode(true);
        wire.send({ type: 'signal', signal });
        if (signal !== 'SIGTSTP' && signal !== 'SIGCONT')
          setTimeout(() => resolve({ reason: 'ended', signal }), patience).unref();
      });
    const size = () => ({ cols: stdout.columns, rows: stdout.rows });
    stdout.on('resize', () => wire.send({ type: 'resized', ...size() }));
    const device = deviceName();
    wire.send({
      ...{ type: 'attach', ...size(), environment: around(shell) },
      ...(device ? { device } : {}),
      ...(layout === undefined ? {} : { layout }),
    });
  });
  stdin.pause();
  if (!restored) stdout.write(RESTORE);
  if (stdin.isRaw) stdin.setRawMode(false);
  await wire.close();
  return told(end, shell);
}

/** The one terminal that is this process's input and output; undefined where these are two. */
function deviceName(): DeviceName | undefined {
  const [input, output] = [fstatSync(0), fstatSync(1)];
  if (input.rdev !== output.rdev || input.dev !== output.dev) return undefined;
  const { dev, ino, rdev } = input;
  try {
    const path =
      process.platform === 'linux'
        ? readlinkSync('/proc/self/fd/0')
        : execFileSync('tty', { stdio: [0, 'pipe', 'ignore'], encoding: 'utf8' }).trim();
    return { path, dev, ino, rdev };
  } catch {
    return undefined;
  }
}

const around = ({ env }: Pick<Shell, 'env'>): Record<string, string> =>
  Object.fromEntries(telling.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));

function told(end: ScreenEnd | undefined, shell: Pick<Shell, 'err'>): number {
  if (!end) {
    shell.err('the supervisor is gone: mcc up starts it again, with what is still owed\n');
    return exits.notRunning;
  }
  const { reason, message = '', hint, signal } = end;
  if (reason === 'refused') throw new Stop(message, hint, exits.config);
  if (reason === 'bug') throw Object.assign(new Error(message), { stack: message });
  if (message) shell.err(`${message}\n`);
  // What a shell reports of a program that a signal ended.
  return signal ? 128 + constants.signals[signal] : exits.ok;
}
