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
  screen(
    'pane split',
    'Show one more pane right of the focused one or below (down): an agent, board, attention or log',
    [
      { name: 'how', of: 'word', required: true },
      { name: 'pane', of: 'agent', required: false },
    ],
    'pane split right backend',
  ),
  screen('pane close', 'Close the focused pane; the agent goes on, as a title in the strip'),
  screen(
    'pane swap',
    'Let the focused pane and its neighbour change places: left, right, up, down',
    [direction],
    'pane swap right',
  ),
  screen(
    'pane resize',
    'Move the border of the focused pane: left, right, up, down, by some cells',
    [direction, { name: 'cells', of: 'word', required: false }],
    'pane resize right 10',
  ),
  screen('resize mode', 'Move the borders of the focused pane with the arrows or h j k l, until another key'),
  screen(
    'tab',
    'Go to the next or previous page of terminals, or to one by its number',
    [{ name: 'which', of: 'word', required: true }],
    'tab next',
  ),
  screen('attention next', 'Go to the next agent that needs you'),
  screen('board', 'Go to the task board'),
  screen(
    'layout',
    'Switch to another layout of layouts/, to the next, or undo your changes to this one (reset)',
    [{ name: 'name', of: 'word', required: true }],
    'layout grid',
  ),
  screen('palette', 'Run any command'),
  screen('help', 'Show the keys and what they do'),
  screen('redraw', 'Draw the whole screen anew'),
  screen('detach', 'Leave the screen; the agents go on'),
];
