import { refuse } from '../core/refusal.ts';
import { type Arg, type Command, define } from './define.ts';

/** What is done to the screen. The TUI carries these out; asked from a shell they are refused with the way there. */
const screen = (name: string, summary: string, args: Arg[] = [], example = `leader : ${name}`): Command =>
  define({
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
    'Look back in the focused pane: up, down, page-up, page-down, top, bottom',
    [direction],
    'pane scroll page-up',
  ),
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
