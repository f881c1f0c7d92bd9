import { commands } from '../commands/index.ts';
import { splitLine } from '../commands/words.ts';
import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { parseKey } from '../term/keys.ts';

/**
 * Keys are data: key → command in words, the same words as in the shell. `{agent}` stands for the focused agent and
 * `{task}` for the selected task; words that end in `…` ask for the rest in one line.
 */
export interface Binding {
  /** name of the key, as term/keys.ts names keys */
  readonly key: string;
  readonly words: string;
  /** what it does, in a few words */
  readonly label: string;
}

export type Place = 'leader' | 'direct' | 'board' | 'attention' | 'log' | 'scroll' | 'select' | 'resize';

export interface Keymap {
  readonly leader: string;
  readonly tables: Readonly<Record<Place, readonly Binding[]>>;
}

export const defaultLeader = 'ctrl-space';

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const row = (key: string, words: string, label: string): Binding => ({ key, words, label });
const move = (key: string, direction: string): Binding =>
  row(key, `focus ${direction}`, `focus ${direction}`);

/** The words of the key that resolves a held message: a pane's frame names that key. */
export const resolveWords = 'message resolve {agent}';

const tables: Record<Place, readonly Binding[]> = {
  leader: [
    row('a', 'attention next', 'next that needs you'),
    row('z', 'pane zoom', 'zoom'),
    row('b', 'board', 'board'),
    row('n', 'nudge {agent}', 'nudge the agent'),
    row('y', 'allow {agent}', 'allow what it asks'),
    row('x', 'deny {agent} --reason …', 'deny it, with a reason'),
    row('m', 'send {agent} …', 'message to the agent'),
    row('s', resolveWords, 'send what is held'),
    row('e', 'agent interrupt {agent}', 'end its turn'),
    row('q', 'ask …', 'ask the architect'),
    row('t', 'task add …', 'new task'),
    row('i', 'inbox person', 'messages for you'),
    row('w', 'why {agent}', 'why this state'),
    row('[', 'pane scroll page-up', 'look back'),
    row('/', 'pane search --back', 'search'),
    row(':', 'palette', 'any command'),
    row('L', 'layout next', 'next layout'),
    row('=', 'layout reset', 'layout as it was'),
    row('|', 'pane split right', 'split right'),
    row('-', 'pane split down', 'split down'),
    row('c', 'pane close', 'close'),
    row('R', 'resize mode', 'move borders'),
    ...(['left', 'down', 'up', 'right'] as const).map((key) =>
      row(`ctrl-${key}`, `pane swap ${key}`, `swap ${key}`),
    ),
    row('{', 'tab previous', 'tab before'),
    row('}', 'tab next', 'next tab'),
    row('r', 'redraw', 'redraw'),
    row('?', 'help', 'help'),
    row('d', 'detach', 'detach'),
    row('tab', 'focus next', 'next pane'),
    row('shift-tab', 'focus previous', 'previous pane'),
    ...(['left', 'down', 'up', 'right'] as const).map((key) => move(key, key)),
    move('h', 'left'),
    move('j', 'down'),
    move('k', 'up'),
    move('l', 'right'),
    ...digits.map((digit) => row(digit, `focus ${digit}`, `focus pane ${digit}`)),
  ],
  direct: digits.map((digit) => row(`alt-${digit}`, `focus ${digit}`, `focus pane ${digit}`)),
  // Approve, merge, cancel and drop ask first (confirm.ts).
  board: [
    row('enter', 'task show {task}', 'show'),
    row('v', 'review {task}', 'review'),
    row('a', 'approve {task}', 'approve'),
    row('r', 'reject {task} --reason …', 'send back'),
    row('m', 'merge {task}', 'merge'),
    row('n', 'nudge {agent}', 'nudge'),
    row('x', 'task cancel {task} --reason …', 'cancel'),
    row('t', 'task add …', 'new task'),
  ],
  attention: [
    row('enter', '{hint}', 'go there'),
    row('v', 'permissions {agent}', 'what it asks, in full'),
    row('y', 'allow {agent}', 'allow it once'),
    row('Y', 'allow {agent} --task', 'allow it for the task'),
    row('x', 'deny {agent} --reason …', 'deny it, with a reason'),
  ],
  log: [
    row('enter', 'inbox {message}', 'read'),
    row('s', 'message resolve {message}', 'send what is held'),
    row('x', 'message resolve {message} --drop', 'drop it'),
  ],
  resize: [
    ...(['left', 'down', 'up', 'right'] as const).map((key) => row(key, `pane resize ${key}`, key)),
    ...Object.entries({ h: 'left', j: 'down', k: 'up', l: 'right' }).flatMap(([key, way]) => [
      row(key, `pane resize ${way}`, way),
      row(key.toUpperCase(), `pane resize ${way}`, way),
    ]),
  ],
  scroll: [
    row('up', 'pane scroll up', 'up'),
    row('k', 'pane scroll up', 'up'),
    row('down', 'pane scroll down', 'down'),
    row('j', 'pane scroll down', 'down'),
    row('pageup', 'pane scroll page-up', 'page up'),
    row('pagedown', 'pane scroll page-down', 'page down'),
    row('home', 'pane scroll top', 'oldest'),
    row('g', 'pane scroll top', 'oldest'),
    row('end', 'pane scroll bottom', 'newest'),
    row('G', 'pane scroll bottom', 'newest'),
    row('ctrl-u', 'pane scroll half-up', 'half a page up'),
    row('ctrl-d', 'pane scroll half-down', 'half a page down'),
    row('[', 'pane scroll previous-prompt', 'prompt before'),
    row(']', 'pane scroll next-prompt', 'next prompt'),
    row('/', 'pane search', 'search down'),
    row('?', 'pane search --back', 'search up'),
    row('n', 'pane match next', 'next match'),
    row('N', 'pane match previous', 'match before'),
    row('v', 'pane select', 'select'),
    row('space', 'pane select', 'select'),
    row('V', 'pane select line', 'select lines'),
  ],
  select: [
    ...(['left', 'down', 'up', 'right'] as const).map((key) => row(key, `pane move ${key}`, key)),
    row('y', 'pane copy', 'copy'),
    row('enter', 'pane copy', 'copy'),
    row('h', 'pane move left', 'left'),
    row('j', 'pane move down', 'down'),
    row('k', 'pane move up', 'up'),
    row('l', 'pane move right', 'right'),
    row('w', 'pane move word', 'next word'),
    row('b', 'pane move back', 'word before'),
    row('0', 'pane move start', 'start of the line'),
    row('home', 'pane move start', 'start of the line'),
    row('$', 'pane move end', 'end of the line'),
    row('end', 'pane move end', 'end of the line'),
    row('g', 'pane move top', 'oldest'),
    row('G', 'pane move bottom', 'newest'),
    row('pageup', 'pane move page-up', 'page up'),
    row('pagedown', 'pane move page-down', 'page down'),
    row('ctrl-u', 'pane move half-up', 'half a page up'),
    row('ctrl-d', 'pane move half-down', 'half a page down'),
  ],
};

/** The words of a binding that ask for more: `send {agent} …`. */
export const asksForMore = (words: string): boolean => words.endsWith('…');

/**
 * The keys in force: the defaults, with those after the leader replaced or added to by agents.yaml (`keys`).
 * @returns the keymap, or a refusal that names the binding which no command understands
 */
export function makeKeymap(
  leader: string = defaultLeader,
  bind: Readonly<Record<string, string>> = {},
): Keymap | Refusal {
  const opens = parseKey(leader);
  if (opens === null) return refuse(`keys.leader: \`${leader}\` is no key`, 'leader: ctrl-space');
  const shadowed = tables.direct.find(({ key }) => key === opens);
  if (shadowed) return refuse(`keys.leader: ${opens} is taken: ${shadowed.label}`, 'leader: ctrl-space');
  const own: Binding[] = [];
  for (const [key, words] of Object.entries(bind)) {
    const binding = bindingOf(key, words);
    if (isRefusal(binding)) return binding;
    const other = Object.keys(bind).find((one) => one !== key && parseKey(one) === binding.key);
    if (other !== undefined)
      return refuse(`keys.bind: \`${key}\` and \`${other}\` are the same key`, 'mcc keys');
    if (binding.key === opens || binding.key === 'escape')
      return refuse(
        `keys.bind: ${key} cannot be bound: after the leader it ${binding.key === opens ? 'goes to the agent' : 'leaves'}`,
        'mcc keys',
      );
    own.push(binding);
  }
  const kept = tables.leader.filter(({ key }) => !own.some((binding) => binding.key === key));
  // Empty words take a key away.
  return {
    leader: opens,
    tables: { ...tables, leader: [...own.filter(({ words }) => words !== ''), ...kept] },
  };
}

/** The command that words are about: its first two words, or its first. */
const commandOf = (words: readonly string[]) =>
  commands.get(words.slice(0, 2).join(' ')) ?? commands.get(words[0] ?? '');

const labelOf = (words: string): string => (words === '' ? '' : words.replace(/ …$/, ''));

function bindingOf(name: string, line: string): Binding | Refusal {
  const key = parseKey(name);
  if (key === null) return refuse(`keys.bind: \`${name}\` is no key`, 'mcc keys');
  const words = splitLine(line);
  if (line === '' || commandOf(words)) return row(key, line, labelOf(line));
  const meant =
    nearest(words.slice(0, 2).join(' '), commands.keys()) ?? nearest(words[0] ?? '', commands.keys());
  const did = meant ? `: did you mean \`${meant}\`?` : '';
  return refuse(`keys.bind: ${name}: \`${line}\` is no command${did}`, 'mcc help');
}

/** What the bindings of agents.yaml take the place of, one sentence each. */
export const replaced = (bind: Readonly<Record<string, string>>): string[] =>
  Object.entries(bind).flatMap(([name, words]) => {
    const before = tables.leader.find(({ key }) => key === parseKey(name));
    if (!before || before.words === words) return [];
    return [
      words === ''
        ? `keys.bind: ${name} does nothing any more (it was \`${before.words}\`)`
        : `keys.bind: ${name} is \`${words}\` in place of \`${before.words}\``,
    ];
  });

/** Keys that stand twice in one table: none in the defaults, held by a test. */
export const conflicts = (keymap: Keymap): string[] =>
  Object.entries(keymap.tables).flatMap(([place, rows]) =>
    rows.flatMap(({ key }, index) =>
      rows.findIndex((other) => other.key === key) < index ? [`${place}: ${key}`] : [],
    ),
  );

/** The binding of a key in a table. */
export const bound = (keymap: Keymap, place: Place, key: string): Binding | undefined =>
  keymap.tables[place].find((binding) => binding.key === key);

/** What is pressed for these words after the leader: `ctrl-space s`; undefined where they have no key. */
export function keysOf(keymap: Keymap, words: string): string | undefined {
  const found = keymap.tables.leader.find((binding) => binding.words === words);
  return found && `${keymap.leader} ${found.key}`;
}

const placeWords: Record<Place, string> = {
  leader: 'after the leader',
  direct: 'at once',
  board: 'on the board',
  attention: 'on the attention list',
  log: 'on the message log',
  scroll: 'looking back',
  select: 'selecting',
  resize: 'moving borders',
};

/** Rows for `mcc keys` and the help page: where, key, command words, what it does. */
export function keyTable(keymap: Keymap): { where: string; key: string; words: string; label: string }[] {
  const twice = {
    where: placeWords.leader,
    key: keymap.leader,
    words: '',
    label: 'send the leader key itself to the agent',
  };
  const rows = Object.entries(keymap.tables).flatMap(([place, bindings]) =>
    bindings.map(({ key, words, label }) => ({ where: placeWords[place as Place], key, words, label })),
  );
  return [
    { where: 'at once', key: keymap.leader, words: '', label: 'open the command layer' },
    twice,
    ...rows,
  ];
}
