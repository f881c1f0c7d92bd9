import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { readPointer } from '../io/runtime.ts';
import { remakeSocket } from '../supervisor/tmux-socket.ts';
import { hasSession, tmuxSocket } from '../term/tmux.ts';
import { findTmux } from '../term/tmux-version.ts';
import { foldState } from './fold.ts';
import { misuse, Stop, tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc attach`: the agent's own tmux pane in this terminal, without mcc's screen and also while no supervisor runs. */
export async function run({ shell, args, json }: Call): Promise<number> {
  const [agent] = args;
  if (!agent) throw misuse('mcc attach: which agent?', 'mcc attach <agent>');
  if (shell.env.MCC_AGENT)
    return tellRefusal(shell, { refusal: '`attach` is for the person', hint: `mcc capture ${agent}` }, json);
  const root = await rootOf(shell);
  const pointer = readPointer(root);
  const socket = pointer && join(dirname(pointer), tmuxSocket);
  if (!socket || !(await remakeSocket(socket, foldState(root, new Date()).state))) {
    const refusal = `no tmux server holds ${agent}: with \`host: pty\` mcc holds the terminals itself`;
    return tellRefusal(shell, { refusal, hint: `mcc up, and the number of ${agent}’s pane with Alt` }, json);
  }
  const found = await findTmux(shell.env);
  if (!found || !(await hasSession(found.file, socket, agent)))
    return tellRefusal(shell, { refusal: `${agent} has no session in tmux now`, hint: 'mcc status' }, json);
  if (!shell.terminal)
    throw new Stop('mcc attach needs a terminal, and this is none', `mcc capture ${agent}`, exits.config);
  return attach(found.file, socket, agent, shell);
}

/** Hands the terminal over to tmux until the person detaches; also from within a tmux of theirs. */
function attach(tmux: string, socket: string, agent: string, shell: Shell): Promise<number> {
  const { TMUX: _, ...env } = shell.env;
  const child = spawn(tmux, ['-S', socket, '-f', '/dev/null', 'attach-session', '-t', `=${agent}`], {
    env,
    stdio: 'inherit',
  });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', (code) => done(code ?? exits.bug));
  });
}
