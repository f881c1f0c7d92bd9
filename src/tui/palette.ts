import type { Arg, Command } from '../commands/define.ts';
import { commands } from '../commands/index.ts';
import { parseWords, splitLine, usage } from '../commands/words.ts';
import { listPanes } from '../core/layout.ts';
import { isRefusal, refuse } from '../core/refusal.ts';
import { isEnded } from '../core/state.ts';
import { run } from './act.ts';
import { directions } from './direction.ts';
import { type Editor, edit, editKey, insert } from './editor.ts';
import { fuzzy } from './fuzzy.ts';
import { moves } from './look-back.ts';
import { inShell } from './shell-verbs.ts';
import { type Mode, type Scene, type Step, scrollWords, still, typing, type Ui, withMode } from './ui.ts';

type Palette = Mode & { type: 'palette' };

/** A line that the palette offers. */
export interface Offer {
  /** what the line becomes */
  readonly line: string;
  readonly summary: string;
  /** nothing more is needed: Enter runs it */
  readonly whole: boolean;
  /** another name that it is found by */
  readonly name?: string;
}

const lines = 50;

const personal = [...commands.values()].filter(({ who }) => who.includes('person'));

/** What fits the line that is typed, the best first: commands, then what may stand at the cursor's place. */
export function offers(line: string, scene: Scene, history: readonly string[]): Offer[] {
  const command = commandAt(line);
  if (command) return argumentOffers(command, line, scene);
  const typed = line.trim();
  const before =
    typed === '' ? history.slice(0, 3).map((old) => ({ line: old, summary: 'again', whole: true })) : [];
  const all: Offer[] = [
    ...personal.map((one) => offerOf(one)),
    ...scene.agents.map((agent) => ({
      line: `focus ${agent}`,
      summary: scene.state.agents[agent]?.description ?? 'Go to its terminal',
      whole: true,
      name: agent,
    })),
    ...Object.values(scene.state.tasks).map((task) => ({
      line: `task show ${task.id}`,
      summary: task.title,
      whole: true,
      name: task.id,
    })),
    ...branchOffers(scene),
  ];
  const found = typed === '' ? all : ranked(typed, all);
  return [...before, ...found].slice(0, lines);
}

function ranked(typed: string, all: readonly Offer[]): Offer[] {
  return all
    .flatMap((offer) => {
      const line = fuzzy(typed, offer.line) ?? -Infinity;
      const name = (offer.name === undefined ? null : fuzzy(typed, offer.name)) ?? -Infinity;
      const said = (typed.length > 2 ? fuzzy(typed, offer.summary) : null) ?? -Infinity;
      const score = Math.max(line, name - 1, said - 40);
      return score === -Infinity || score < -20 ? [] : [{ offer, score }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ offer }) => offer);
}

/** Branches by their names: what a task would merge, or the terminal where an agent works on it. */
function branchOffers({ state, agents }: Scene): Offer[] {
  const tasks = Object.values(state.tasks).flatMap((task): Offer[] =>
    task.branch === undefined
      ? []
      : [
          {
            line: `review ${task.id}`,
            summary: `${task.branch}: ${task.title}`,
            whole: true,
            name: task.branch,
          },
        ],
  );
  const known = new Set(tasks.map(({ name }) => name));
  const others = agents.flatMap((agent): Offer[] => {
    const branch = state.agents[agent]?.worktree?.branch;
    return branch === undefined || known.has(branch)
      ? []
      : [{ line: `focus ${agent}`, summary: branch, whole: true, name: branch }];
  });
  return [...tasks, ...others];
}

const offerOf = (command: Command): Offer => {
  const bare = !command.args.some(({ required }) => required);
  return { line: bare ? command.name : `${command.name} `, summary: command.summary, whole: bare };
};

/** The command whose name stands in full at the beginning, followed by a blank. */
function commandAt(line: string): Command | undefined {
  const two = /^\S+ \S+(?= )/.exec(line)?.[0] ?? '';
  const one = /^\S+(?= )/.exec(line)?.[0] ?? '';
  const found = commands.get(two) ?? commands.get(one);
  return found && personal.includes(found) ? found : undefined;
}

/** Names that may stand where an argument or a flag's value is expected. */
function names(of: Arg['of'] | undefined, scene: Scene): { word: string; about: string }[] {
  if (of === 'agent')
    return scene.agents.map((word) => ({ word, about: scene.state.agents[word]?.description ?? '' }));
  if (of !== 'task') return [];
  return Object.values(scene.state.tasks)
    .filter((task) => !isEnded(task))
    .map((task) => ({ word: task.id, about: task.title }));
}

/** The words that a command about the screen takes, where there are only some. */
function choices(
  command: string,
  position: number,
  scene: Scene,
): { word: string; about: string }[] | undefined {
  const plain = (words: readonly string[]) => words.map((word) => ({ word, about: '' }));
  const panes = [...names('agent', scene), ...plain(listPanes)];
  const ways = plain(directions);
  const words: Readonly<Record<string, { word: string; about: string }[][]>> = {
    focus: [[...panes, ...ways, ...plain(['next', 'previous'])]],
    layout: [[...plain(Object.keys(scene.layouts)), ...plain(['next', 'reset'])]],
    tab: [plain(['next', 'previous'])],
    'pane split': [plain(['right', 'down']), panes],
    'pane swap': [ways],
    'pane resize': [ways],
    'pane scroll': [plain([...scrollWords, 'previous-prompt', 'next-prompt'])],
    'pane match': [plain(['next', 'previous'])],
    'pane select': [plain(['cell', 'line'])],
    'pane move': [plain(moves)],
  };
  return words[command]?.[position];
}

function argumentOffers(command: Command, line: string, scene: Scene): Offer[] {
  const rest = line.slice(command.name.length + 1);
  const words = splitLine(rest);
  const open = /\s$/.test(line) || rest === '' ? '' : (words.pop() ?? '');
  const head = line.slice(0, line.length - open.length);
  const before = words.at(-1)?.startsWith('--') ? command.flags[words.at(-1)?.slice(2) ?? ''] : undefined;
  const valued = before && before.type !== 'boolean';
  const position = words.filter(
    (word, index) => !word.startsWith('--') && !isValue(command, words[index - 1]),
  ).length;
  const wanted = valued
    ? names(before.of, scene)
    : (choices(command.name, position, scene) ?? names(command.args[position]?.of, scene));
  const flags = valued
    ? []
    : Object.entries(command.flags)
        .filter(([name]) => !words.includes(`--${name}`))
        .map(([name, flag]) => ({ word: `--${name}`, about: flag.describe }));
  const score = (word: string) => (open === '' ? 0 : fuzzy(open, word));
  const named = wanted
    .flatMap((one) => ({ ...one, found: score(one.word) ?? -Infinity }))
    .filter(({ found }) => found > -Infinity)
    .sort((a, b) => b.found - a.found);
  const flagged = open.startsWith('-') || wanted.length === 0 ? flags : [];
  const fitting = [...named, ...flagged.filter(({ word }) => score(word) !== null)];
  return fitting.slice(0, lines).map(({ word, about }) => {
    const completed = `${head}${word}`;
    const whole = !isRefusal(parseWords(commands, splitLine(completed)));
    return { line: whole && !word.startsWith('--') ? completed : `${completed} `, summary: about, whole };
  });
}

const isValue = (command: Command, word: string | undefined): boolean =>
  word?.startsWith('--') === true && command.flags[word.slice(2)]?.type !== 'boolean';

/** How the command in the line is used, once its name stands there. */
export const usageIn = (line: string): string | undefined => {
  const command = commandAt(line) ?? commands.get(line.trim());
  return command && usage(command);
};

const withLine = (ui: Ui, mode: Palette, line: Editor): Ui =>
  withMode(ui, { ...mode, line, chosen: 0, refused: null });

/** One key in the palette. */
export function palettePress(ui: Ui, mode: Palette, key: { key: string; text?: string }, scene: Scene): Step {
  const found = offers(mode.line.text, scene, ui.history);
  const offer = found[mode.chosen];
  switch (key.key) {
    case 'escape':
    case 'ctrl-c':
      return still(withMode(ui, typing));
    case 'up':
    case 'ctrl-p':
      return still(withMode(ui, { ...mode, chosen: Math.max(0, mode.chosen - 1) }));
    case 'down':
    case 'ctrl-n':
      return still(
        withMode(ui, { ...mode, chosen: Math.max(0, Math.min(found.length - 1, mode.chosen + 1)) }),
      );
    case 'tab':
      return still(offer ? withLine(ui, mode, edit(offer.line)) : ui);
    case 'enter':
      return enter(ui, mode, offer, scene);
  }
  const edited = editKey(mode.line, key.key) ?? (key.text === undefined ? null : insert(mode.line, key.text));
  return still(edited ? withLine(ui, mode, edited) : ui);
}

/** Enter runs the line as it stands if it is a command; else the chosen offer completes it, and runs when it is whole. */
function enter(ui: Ui, mode: Palette, offer: Offer | undefined, scene: Scene): Step {
  if (mode.waiting) return still(ui);
  const typed = mode.line.text.trim();
  const moved = mode.chosen > 0;
  const shell = moved || offer?.name === typed ? undefined : inShell(typed);
  // What is offered only fits by its letters: it is not what was meant.
  if (shell !== undefined)
    return still(withMode(ui, { ...mode, refused: refuse(`\`${typed}\` is not for the screen`, shell) }));
  const runs = typed !== '' && !moved && !isRefusal(parseWords(commands, splitLine(typed)));
  if (!runs && offer && offer.line.trim() !== typed) {
    if (!offer.whole) return still(withLine(ui, mode, edit(offer.line)));
    return runLine(ui, mode, offer.line, scene);
  }
  return typed === '' ? still(ui) : runLine(ui, mode, typed, scene);
}

/** A click on a line that is offered: it runs, or stands in the line to be completed. */
export function takeOffer(ui: Ui, mode: Palette, index: number, scene: Scene): Step {
  const offer = offers(mode.line.text, scene, ui.history)[index];
  if (!offer || mode.waiting) return still(ui);
  return offer.whole ? runLine(ui, mode, offer.line, scene) : still(withLine(ui, mode, edit(offer.line)));
}

function runLine(ui: Ui, mode: Palette, line: string, scene: Scene): Step {
  const history = [line, ...ui.history.filter((old) => old !== line)].slice(0, 100);
  return run(
    { ...ui, history, mode: { ...mode, line: edit(line), chosen: 0 } },
    splitLine(line),
    scene,
    'palette',
  );
}
