// An agent of the demo team: looks and behaves like a small coding CLI, follows a script, and really does what it says.
// Started by mcc with the flags of Claude Code; alone it can be tried with: node agent.mjs --name backend
import { StringDecoder } from 'node:string_decoder';
import * as architect from './architect.mjs';
import { Composer, Keys } from './composer.mjs';
import { lettersIn } from './letters.mjs';
import { Screen } from './screen.mjs';
import { Session } from './session.mjs';
import { talk } from './talk.mjs';
import { style } from './text.mjs';
import { Interrupted, Turn } from './turn.mjs';
import * as worker from './worker.mjs';

const session = new Session(process.argv.slice(2));
const composer = new Composer();
const screen = new Screen(process.stdout, session.name, composer);
const part = session.name === 'architect' ? architect : worker;
let turn = null;
let leaving = null;

/** One turn, from a prompt to the end that the Stop hook allows. */
async function take(prompt) {
  turn = new Turn(session, screen);
  const since = Date.now();
  screen.print(prompt, { lead: '❯ ', paint: style.bold });
  screen.print('');
  session.status('busy');
  screen.work('Thinking');
  session.write('user', prompt);
  await session.fire('UserPromptSubmit', { prompt });
  try {
    await converse(prompt);
    screen.print(`Worked for ${Math.round((Date.now() - since) / 1000)}s`, {
      lead: '✻ ',
      paint: style.dim,
      leadPaint: style.dim,
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    session.write('user', '[Request interrupted by user]');
    screen.print('Interrupted · What should I do instead?', {
      lead: '  ⎿  ',
      paint: style.red,
      leadPaint: style.dim,
    });
  }
  screen.print('');
  turn = null;
  session.status('idle');
  screen.work(null);
  const next = screen.queued.shift();
  if (next) await take(next);
}

/** Answers a prompt, then whatever the Stop hook hands over, until it hands over nothing. */
async function converse(prompt) {
  let text = prompt;
  for (let count = 0; ; count += 1) {
    await respond(text);
    session.write('assistant', turn.said);
    const answer = await session.fire('Stop', {
      stop_hook_active: count > 0,
      last_assistant_message: turn.said,
      background_tasks: [],
    });
    if (turn.interrupted) throw new Interrupted();
    if (answer.decision !== 'block' || !answer.reason) return;
    text = answer.reason;
    session.write('user', `Stop hook feedback:\n${text}`);
    screen.print(text.split('\n').slice(0, 6).join('\n'), {
      lead: '  ⎿  ',
      paint: style.dim,
      leadPaint: style.dim,
    });
    screen.print('');
  }
}

async function respond(text) {
  const letters = lettersIn(text);
  try {
    if (letters.length === 0) await talk(turn, text, part.goOn);
    for (const letter of letters) await part.receive(turn, letter);
  } catch (error) {
    if (error instanceof Interrupted || turn.interrupted) throw new Interrupted();
    await turn.say(`That did not work: ${error.message.split('\n')[0]}`);
  }
}

function submit() {
  const text = composer.text.trim();
  composer.clear();
  if (text === '') return screen.draw();
  if (text === '/exit') return leave(0, 'prompt_input_exit');
  if (!turn) return void take(text).catch(fail);
  screen.queued.push(text);
  screen.draw();
}

function press(key) {
  if (screen.dialog) return answerDialog(key);
  if (key.key === 'focus' || key.key === 'blur') screen.focused = key.key === 'focus';
  else if (key.key === 'enter') return submit();
  else if (key.key === 'escape') turn?.interrupt();
  else if (key.key === 'interrupt') return interrupt();
  else if (key.key === 'end-of-input' && composer.text === '') return leave(0, 'prompt_input_exit');
  else composer.press(key);
  screen.draw();
}

/** Ctrl-C: away with the draft, then the turn; twice in a row ends the session. */
function interrupt() {
  if (composer.text !== '') composer.clear();
  else if (turn) turn.interrupt();
  else if (leaving) return leave(0, 'prompt_input_exit');
  else {
    screen.hint = 'Press Ctrl-C again to exit';
    leaving = setTimeout(() => {
      leaving = null;
      screen.hint = '';
      screen.draw();
    }, 1500);
  }
  screen.draw();
}

function answerDialog({ key, text }) {
  const { dialog } = screen;
  const word = text?.toLowerCase();
  if (word === '1' || word === 'y') dialog.answer('yes');
  else if (word === '2' || word === 'n' || key === 'escape') dialog.answer('no');
  else if (key === 'interrupt') turn?.interrupt();
  else if (key === 'enter') dialog.answer(dialog.chosen === 0 ? 'yes' : 'no');
  else if (key === 'up' || key === 'down') dialog.chosen = key === 'up' ? 0 : 1;
  screen.draw();
}

async function leave(code, reason) {
  await session.fire('SessionEnd', { reason });
  session.forget();
  screen.close();
  process.exit(code);
}

function fail(error) {
  session.forget();
  screen.close();
  console.error(error);
  process.exit(70);
}

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 0],
])
  process.on(signal, () => void leave(code, 'other'));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.stdout.on('resize', () => screen.redraw());
process.stdout.on('error', () => process.exit(129));
process.stdin.on('end', () => void leave(129, 'other'));
process.stdin.setRawMode?.(true);
const decoder = new StringDecoder('utf8');
const keys = new Keys();
process.stdin.on('data', (chunk) => {
  for (const key of keys.read(decoder.write(chunk))) press(key);
});

screen.open();
screen.print(`demo agent · ${session.name}`, { lead: ' ◢◣ ', paint: style.bold, leadPaint: style.accent });
screen.print('follows a script: no model, no network', {
  lead: ' ◥◤ ',
  paint: style.dim,
  leadPaint: style.accent,
});
screen.print(process.cwd(), { lead: '    ', paint: style.dim });
screen.print('');
if (session.resumed)
  screen.print(`conversation resumed, ${session.history().length} entries`, { lead: '✻ ', paint: style.dim });
await session.fire('SessionStart', { source: session.resumed ? 'resume' : 'startup' });
session.status('idle');
