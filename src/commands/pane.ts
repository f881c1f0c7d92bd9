import { refuse } from '../core/refusal.ts';
import { type Arg, type Command, define, type Flag } from './define.ts';

/** What is done to the screen. The TUI carries these out; asked from a shell they are refused with the way there. */
const screen = (
  name: string,
  summary: string,
  args: Arg[] = [],
  example = `leader : ${name}`,
  flags: Record<string, Flag> = {},
): Command =>
  define({
    flags,
    name,
    summary,
    args,
    where: 'screen',
    examples: [example],
    run: () => refuse(`\`${name}\` is carried out by the screen`, `mcc up, then leader : ${name}`),
  });

const target = { name: 'pane', of: 'agent', required: false } as const;
const direction = { name: 'direction', of: 'word', required: true } as const;

export const paneCommands: Command[] = [
  screen(
    'focus',
    'Focus a pane by agent, number, direction (left, right, up, down) or next/previous',
    [{ name: 'pane', of: 'agent', required: true }],
    'focus backend',
  ),
  screen('pane zoom', 'Zoom the focused pane to the whole screen, or back', [target]),
  screen(
    'pane scroll',
    'Look back in the focused pane: up, down, half-up, half-down, page-up, page-down, top, bottom, or by prompts: previous-prompt, next-prompt',
    [direction],
    'pane scroll page-up',
  ),
  screen(
    'pane search',
    'Look for words in the history of the focused pane; small letters find both',
    [{ name: 'words', of: 'text', required: false, rest: true }],
    'pane search --back error',
    { back: { type: 'boolean', describe: 'towards the older lines' } },
  ),
  screen(
    'pane match',
    'Go to the next or the previous place where the words stand',
    [{ name: 'which', of: 'word', required: true }],
    'pane match next',
  ),
  screen(
    'pane select',
    'Select text with the keys: shows a cursor, then begins or ends a selection there, by cell or by line',
    [{ name: 'unit', of: 'word', required: false }],
    'pane select line',
  ),
  screen(
    'pane move',
    'Move the cursor of a selection: left, right, up, down, word, back, start, end, top, bottom, page-up, page-down, half-up, half-down',
    [{ name: 'where', of: 'word', required: true }],
    'pane move word',
  ),
  screen('pane copy', 'Copy what is selected to the clipboard of your terminal and your desktop'),
  screen('attention next', 'Go to the next agent that needs you'),
  screen('board', 'Go to the task board'),
  screen(
    'layout',
    'Switch to another layout of layouts/',
    [{ name: 'name', of: 'word', required: true }],
    'layout grid',
  ),
  screen('palette', 'Run any command'),
  screen('help', 'Show the keys and what they do'),
  screen('redraw', 'Draw the whole screen anew'),
  screen('detach', 'Leave the screen; the agents go on'),
];
