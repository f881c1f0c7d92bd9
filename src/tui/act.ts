import type { Input } from '../commands/define.ts';
import { commands, understand } from '../commands/index.ts';
import { splitLine } from '../commands/words.ts';
import type { Placed } from '../core/arrange.ts';
import { type ListPane, listPanes, sameFocus } from '../core/layout.ts';
import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { taskOf } from '../core/state.ts';
import { type Question, questionOf } from './confirm.ts';
import { type Direction, directions, neighbour } from './direction.ts';
import { emptyEditor } from './editor.ts';
import { flagsHint, takesFlags } from './entry.ts';
import { helpText } from './help.ts';
import { asksForMore } from './keymap.ts';
import { copySelection, lookBack, move, nextMatch, openSearch, select, toPrompt } from './look-back.ts';
import { attentionItems } from './panes/attention.ts';
import { boardOrder } from './panes/board.ts';
import { logOrder } from './panes/log.ts';
import { close, resize, splitWith, swap, toLayout, toTab } from './places.ts';
import {
  type Effect,
  focusOn,
  refuseTo,
  type Scene,
  type ScrollBy,
  type Step,
  say,
  scrollWords,
  still,
  typing,
  type Ui,
  withMode,
} from './ui.ts';

/**
 * Carries out a command in words: those about the screen here, the others by asking the supervisor. What no command
 * understands is refused at once.
 */
export function run(ui: Ui, words: readonly string[], scene: Scene, from: 'key' | 'palette' = 'key'): Step {
  const understood = understand(scene.state, words, 'person');
  if (isRefusal(understood)) return refused(ui, understood, from);
  const { command, input } = understood;
  if (command.where !== 'screen') {
    const mode = ui.mode.type === 'palette' ? { ...ui.mode, waiting: true, refused: null } : typing;
    return { ui: withMode(ui, mode), effects: [{ type: 'command', words, from }] };
  }
  const calm = ui.mode.type === 'palette' || ui.mode.type === 'leader' ? withMode(ui, typing) : ui;
  return acts[command.name]?.(calm, Object.values(input.args)[0] ?? '', scene, input) ?? still(calm);
}

const refused = (ui: Ui, refusal: { refusal: string; hint?: string }, from: 'key' | 'palette'): Step =>
  from === 'palette' && ui.mode.type === 'palette'
    ? still(withMode(ui, { ...ui.mode, refused: refusal, waiting: false }))
    : still(refuseTo(withMode(ui, typing), refusal));

const only = (ui: Ui, effect: Effect): Step => ({ ui, effects: [effect] });

const acts: Readonly<Record<string, (ui: Ui, word: string, scene: Scene, input: Input) => Step>> = {
  focus: (ui, word, scene) => still(chooseFirst(focusWord(ui, word, scene), scene)),
  'pane zoom': (ui, word, scene) => {
    const at = word === '' ? ui : focusWord(ui, word, scene);
    return still(word !== '' && at.toast?.tone === 'refused' ? at : { ...at, zoomed: !ui.zoomed });
  },
  'pane scroll': scroll,
  'pane search': (ui, words, scene, { flags }) => openSearch(ui, words, flags.back === true, scene),
  'pane match': nextMatch,
  'pane select': select,
  'pane move': move,
  'pane copy': (ui, _word, scene) => copySelection(ui, scene),
  'attention next': (ui, _word, scene) => nextAttention(ui, scene),
  board: (ui, _word, scene) => still(toBoard(ui, scene)),
  layout: toLayout,
  tab: toTab,
  'pane split': (ui, how, scene, { args }) => splitWith(ui, how, args.pane ?? '', scene),
  'pane close': (ui, _word, scene) => close(ui, scene),
  'pane swap': swap,
  'pane resize': (ui, word, scene, { args }) => resize(ui, word, args.cells ?? '', scene),
  'resize mode': (ui) => still(withMode(ui, { type: 'resize' })),
  palette: (ui) =>
    still(withMode(ui, { type: 'palette', line: emptyEditor, chosen: 0, refused: null, waiting: false })),
  help: (ui, _word, scene) =>
    still(withMode(ui, { type: 'page', title: 'help', text: helpText(scene.keymap), top: 0 })),
  redraw: (ui) => only(ui, { type: 'redraw' }),
  detach: (ui) => only(ui, { type: 'detach' }),
};

function focusWord(ui: Ui, word: string, scene: Scene): Ui {
  const { panes, agents } = scene;
  if (/^\d+$/.test(word)) {
    const agent = agents[Number(word) - 1];
    return agent === undefined
      ? refuseTo(ui, refuse(`there is no pane ${word}: there are ${agents.length}`, 'focus 1'))
      : focusOn(ui, { agent });
  }
  if (agents.includes(word)) return focusOn(ui, { agent: word });
  const from = panes.find((pane) => sameFocus(pane, ui.focus));
  if (directions.includes(word as Direction)) {
    const to = from && neighbour(panes, from, word as Direction);
    return to ? focusOn(ui, to) : ui;
  }
  if (word === 'next' || word === 'previous')
    return focusOn(ui, inTurn(panes, from, word === 'next' ? 1 : -1) ?? { agent: ui.agent ?? '' });
  if (listPanes.includes(word as ListPane)) return focusOn(ui, { pane: word as ListPane });
  const meant = nearest(word, [...agents, ...directions, ...listPanes, 'next', 'previous']);
  return refuseTo(ui, refuse(`there is no pane \`${word}\``, meant ? `focus ${meant}` : 'focus 1'));
}

function inTurn(panes: readonly Placed[], from: Placed | undefined, by: 1 | -1): Placed | undefined {
  const index = from ? panes.indexOf(from) : 0;
  return panes[(index + by + panes.length) % panes.length];
}

/** A list that gets the focus has a chosen row. */
export function chooseFirst(ui: Ui, scene: Scene): Ui {
  if (!ui.focus || !('pane' in ui.focus)) return ui;
  const { pane } = ui.focus;
  const order = orderOf(pane, scene);
  const now = ui.chosen[pane];
  return now !== undefined && order.includes(now)
    ? ui
    : { ...ui, chosen: { ...ui.chosen, [pane]: order[0] } };
}

/** The ids of a list in the order of the arrow keys. */
export function orderOf(pane: ListPane, scene: Scene): string[] {
  if (pane === 'board') return boardOrder(scene.state);
  if (pane === 'attention') return attentionItems(scene.state, scene.now).map(({ id }) => id);
  return logOrder(scene.state);
}

const back = (ui: Ui): Ui => (ui.agent === undefined ? ui : focusOn(ui, { agent: ui.agent }));

/** To the board, and from there back to the terminal. */
const toBoard = (ui: Ui, scene: Scene): Ui =>
  sameFocus(ui.focus, { pane: 'board' }) ? back(ui) : chooseFirst(focusOn(ui, { pane: 'board' }), scene);

/** To the next thing that waits for the person: its agent, its task on the board, or what else its hint says. */
function nextAttention(ui: Ui, scene: Scene): Step {
  const items = attentionItems(scene.state, scene.now);
  const at = items.findIndex((item) => item.id === ui.chosen.attention);
  const item = items[(at + 1) % items.length];
  if (!item) return still(say(ui, { text: 'nothing waits for you', tone: 'done' }));
  const chosen = { ...ui.chosen, attention: item.id };
  if (item.task !== undefined)
    return still(focusOn({ ...ui, chosen: { ...chosen, board: item.task } }, { pane: 'board' }));
  if (item.agent !== undefined) return still(focusOn({ ...ui, chosen }, { agent: item.agent }));
  return run({ ...ui, chosen }, hintWords(item.hint), scene);
}

/** The words of a hint: as in a shell, without the program's name. */
const hintWords = (hint: string): string[] => splitLine(hint.replace(/^mcc /, ''));

function scroll(ui: Ui, word: string, scene: Scene): Step {
  if (word === 'previous-prompt' || word === 'next-prompt')
    return toPrompt(ui, word === 'previous-prompt', scene);
  if (!scrollWords.includes(word as (typeof scrollWords)[number]))
    return still(
      refuseTo(ui, refuse(`\`pane scroll\` takes one of ${scrollWords.join(', ')}`, 'pane scroll page-up')),
    );
  const focus = ui.focus && 'agent' in ui.focus ? ui.focus.agent : ui.agent;
  if (focus === undefined) return still(ui);
  const leaves = word === 'bottom';
  const back = ui.mode.type === 'scroll' && ui.mode.agent === focus ? ui.mode : lookBack(focus);
  return {
    ui: withMode(focusOn(ui, { agent: focus }), leaves ? typing : back),
    effects: [{ type: 'scroll', agent: focus, by: word as ScrollBy }],
  };
}

/**
 * Runs the words of a key: `{agent}`, `{task}`, `{message}` and `{hint}` are filled in from what has the focus, and
 * words that end in `…` ask for the rest. On a list a stray key must do no damage: what does ask first.
 */
export function runBinding(ui: Ui, line: string, scene: Scene, from: 'leader' | 'list' = 'leader'): Step {
  const parts = line
    .replace(/ ?…$/, '')
    .split(' ')
    .flatMap((word) => fill(ui, word, scene));
  const missing = parts.find((word) => word.startsWith('{'));
  if (missing) return still(refuseTo(withMode(ui, typing), missingRefusal(missing)));
  const calm = ui.mode.type === 'scroll' || ui.mode.type === 'resize' ? ui : withMode(ui, typing);
  const question = from === 'list' ? questionOf(parts, scene) : null;
  if (question) return still(ask(calm, question));
  if (!asksForMore(line)) return run(calm, parts, scene);
  const command = commands.get(parts.slice(0, 2).join(' ')) ?? commands.get(parts[0] ?? '');
  const title = command ? `${parts.join(' ')} · ${command.summary}` : parts.join(' ');
  const hint = command && takesFlags(parts) ? { hint: flagsHint(command) } : {};
  return still(withMode(ui, { type: 'entry', words: parts, title, line: emptyEditor, ...hint }));
}

const ask = (ui: Ui, question: Question | Refusal): Ui =>
  isRefusal(question)
    ? refuseTo(ui, question)
    : withMode(ui, { type: 'entry', line: emptyEditor, ...question });

const missingRefusal = (word: string) =>
  word === '{agent}'
    ? refuse('no agent has the focus', 'focus 1')
    : refuse(`nothing is chosen here that the key could be about`, 'board');

function fill(ui: Ui, word: string, scene: Scene): string[] {
  const { focus } = ui;
  const board = focus && 'pane' in focus && focus.pane === 'board';
  const task = ui.chosen.board === undefined ? undefined : scene.state.tasks[ui.chosen.board];
  const attention = focus && 'pane' in focus && focus.pane === 'attention';
  const item = attentionItems(scene.state, scene.now).find(({ id }) => id === ui.chosen.attention);
  if (word === '{agent}')
    return [(board ? (task?.agent ?? task?.to) : attention ? item?.agent : ui.agent) ?? word];
  if (word === '{task}') {
    const own = ui.agent === undefined ? undefined : taskOf(scene.state, ui.agent);
    return [(board ? task : own)?.id ?? word];
  }
  if (word === '{message}') return [ui.chosen.log?.startsWith('note ') ? word : (ui.chosen.log ?? word)];
  if (word !== '{hint}') return [word];
  return item ? hintWords(item.hint) : [word];
}
