import { spawn } from 'node:child_process';

/** The clipboards of the person: the outer terminal's by OSC 52, and the desktop's by its own tool. */

type Environment = Readonly<Record<string, string | undefined>>;

/** GNU screen passes a DCS on to its terminal, and takes at most so many characters of one. */
const SCREEN_CHUNK = 700;

/**
 * The bytes that put a text on the clipboard of the outer terminal (xterm's ctlseqs, OSC 52). Inside GNU screen they
 * are wrapped, so that they reach the terminal around it; tmux takes them itself where `set-clipboard` is on.
 */
export function copySequence(text: string, env: Environment): string {
  const bytes = `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
  if (!env.STY) return bytes;
  const parts = bytes.match(new RegExp(`[^]{1,${SCREEN_CHUNK}}`, 'g')) ?? [];
  const wrapped = parts.map((part) => `\x1bP${part}\x1b\\`).join('');
  // Which of the two is inside cannot be told: each leaves out what is meant for the other.
  return env.TMUX ? bytes + wrapped : wrapped;
}

/** The tools that may take a text on their standard input here, by argv, the fitting ones first. */
export function clipboardTools(env: Environment, platform: string): string[][] {
  const tools: string[][] = [];
  if (env.TMUX) tools.push(['tmux', 'load-buffer', '-w', '-']);
  if (platform === 'darwin') tools.push(['pbcopy']);
  if (env.WSL_DISTRO_NAME || platform === 'win32') tools.push(['clip.exe']);
  if (env.WAYLAND_DISPLAY) tools.push(['wl-copy']);
  if (env.DISPLAY)
    tools.push(['xclip', '-selection', 'clipboard', '-in'], ['xsel', '--clipboard', '--input']);
  return tools;
}

/**
 * Gives a text to the first of the tools that takes it; resolves with that tool's name, or null when none did. Never
 * rejects: the terminal's clipboard has the text already.
 */
export async function copyByTool(
  text: string,
  tools: readonly (readonly string[])[],
): Promise<string | null> {
  for (const [file, ...args] of tools) if (file && (await feed(file, args, text))) return file;
  return null;
}

/** True when the program took the text and ended well. Those that stay to serve it go on in the background by themselves. */
const feed = (file: string, args: readonly string[], text: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => {});
    child.stdin.end(text);
    child.unref();
  });
