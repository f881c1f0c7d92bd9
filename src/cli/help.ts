import type { Command } from '../commands/define.ts';
import { commands } from '../commands/index.ts';
import { usage } from '../commands/words.ts';
import { nearest } from '../core/nearest.ts';
import { misuse } from './report.ts';
import { type Shell, styled } from './shell.ts';
import { type Verb, verbs } from './verbs.ts';

/** What help says of one verb, wherever it is defined. */
export type Topic = {
  name: string;
  /** all its words and flags on one line, without `mcc` */
  usage: string;
  summary: string;
  /** flag → what it does */
  flags: [flag: string, describe: string][];
  examples: readonly string[];
  /** what else is worth knowing, a paragraph each */
  notes: readonly string[];
  /** who may give it, in words; empty where everybody may */
  who: string;
  where: 'shell' | 'supervisor' | 'screen';
};

/** The parts of the overview: title, and the first words that belong there. What fits none comes last. */
const sections: [title: string, words: string[]][] = [
  ['Start and stop', ['init', 'check', 'doctor', 'up', 'down', 'status', 'attach', 'prune']],
  ['Work', ['ask', 'task']],
  ['Review and merge', ['review', 'approve', 'reject', 'merge']],
  ['Messages', ['send', 'inbox', 'nudge']],
  ['Agents', ['agent', 'why']],
  ['Look inside', ['log', 'capture', 'record', 'play', 'keys', 'schema', 'mcp']],
];
export const screenSection = 'On the screen (leader, then `:`)';

/** Every verb there is, in the order of the registry. */
export const topics = (): Topic[] => [
  ...verbs.map(ofVerb),
  ...[...commands.values()].filter(isReachable).map(ofCommand),
];

/** The screen has a `help` of its own, and `down` waits in the shell until all has ended: there these words are verbs. */
const isReachable = ({ name }: Command) => name !== 'help' && !verbs.some((verb) => verb.name === name);

function ofVerb({ name, args, options, summary, examples, notes = [] }: Verb): Topic {
  const flags = Object.entries(options);
  const words = [name, ...args, ...flags.map(([flag]) => `[${flag.split(', ').at(-1)}]`)];
  return { name, usage: words.join(' '), summary, flags, examples, notes, who: '', where: 'shell' };
}

function ofCommand(command: Command): Topic {
  const { name, summary, flags, examples, who, where } = command;
  const everybody = who.includes('person') && who.includes('agent');
  return {
    ...{ name, summary, examples, where, notes: [], usage: usage(command) },
    flags: Object.entries(flags).map(([flag, { type, of, describe }]) => [
      `--${flag}${type === 'boolean' ? '' : ` <${of ?? type}>`}`,
      describe,
    ]),
    who: everybody
      ? ''
      : who
          .map((one) => (one === 'person' ? 'you' : one === 'agent' ? 'agents' : 'the architect'))
          .join(' and '),
  };
}

/** Topics in the sections of the overview. */
export function sectioned(): [title: string, topics: Topic[]][] {
  const all = topics();
  const titleOf = ({ name, where }: Topic) => {
    if (where === 'screen') return screenSection;
    const word = name.split(' ', 1)[0] ?? name;
    return sections.find(([, words]) => words.includes(word))?.[0] ?? 'More';
  };
  const titles = [...sections.map(([title]) => title), 'More', screenSection];
  const rank = ({ name }: Topic) =>
    sections.flatMap(([, words]) => words).indexOf(name.split(' ', 1)[0] ?? name);
  return titles.flatMap((title): [string, Topic[]][] => {
    const own = all.filter((topic) => titleOf(topic) === title).sort((a, b) => rank(a) - rank(b));
    return own.length > 0 ? [[title, own]] : [];
  });
}

/** The help for some words: all of it, a group such as `task`, or one verb. Throws Stop when there is none. */
export function helpText(words: readonly string[], shell: Shell): string {
  const asked = words.filter((word) => !word.startsWith('-')).slice(0, 2);
  if (asked.length === 0) return overview(shell);
  const all = topics();
  const one = all.find(({ name }) => name === asked.join(' ')) ?? all.find(({ name }) => name === asked[0]);
  if (one) return page(one, shell);
  const group = all.filter(({ name }) => name.startsWith(`${asked[0]} `));
  if (group.length > 0)
    return `${rows(group.map(({ name, summary }) => [`mcc ${name}`, summary]))}\nMore: mcc help ${group[0]?.name}\n`;
  const near = nearest(
    asked.join(' '),
    all.map(({ name }) => name),
  );
  throw misuse(`there is no help for \`${asked.join(' ')}\``, near ? `mcc help ${near}` : 'mcc help');
}

function overview(shell: Shell): string {
  const parts = sectioned().map(([title, list]) => {
    const lead = title === screenSection ? '' : 'mcc ';
    return `${styled(shell, 'bold', title)}\n${rows(list.map(({ name, summary }) => [`  ${lead}${name}`, summary]))}`;
  });
  return [
    `mcc ${shell.version}: a terminal supervisor for a team of coding agents\n`,
    ...parts,
    `${styled(shell, 'bold', 'Everywhere')}\n${rows([
      ['  --json', 'print data for programs'],
      ['  --help', 'what a verb does, with examples; also: mcc help <verb>'],
      ['  --version', 'print the version'],
    ])}`,
    'Exit codes: 0 done, 1 refused, 2 wrong usage, file or configuration, 3 no supervisor runs, 70 a bug in mcc\n',
  ].join('\n');
}

function page(
  { name, usage: line, summary, flags, examples, notes, who, where }: Topic,
  shell: Shell,
): string {
  const lead = where === 'screen' ? '' : 'mcc ';
  const given =
    where === 'screen'
      ? [['', '']].slice(1)
      : [...flags, ['--json', 'print data for programs'] as [string, string]];
  return [
    `${styled(shell, 'bold', `${lead}${name}`)}: ${summary}\n`,
    `  ${lead}${line}\n`,
    ...(given.length > 0
      ? [
          `${styled(shell, 'bold', 'Flags')}\n${rows(given.map(([flag = '', describe = '']) => [`  ${flag}`, describe]))}`,
        ]
      : []),
    ...(examples.length > 0
      ? [`${styled(shell, 'bold', 'Examples')}\n${examples.map((example) => `  ${example}\n`).join('')}`]
      : []),
    ...notes.map((note) => `${wrap(note, 96)}\n`),
    ...(who === '' || where === 'screen' ? [] : [`Who may: ${who}\n`]),
    ...(where === 'screen'
      ? ['Given on the screen of `mcc up`: the leader key, then `:` and these words.\n']
      : []),
  ].join('\n');
}

/** Two columns; the second begins two blanks after the widest of the first. */
function rows(pairs: [string, string][]): string {
  const width = Math.max(...pairs.map(([left]) => left.length)) + 2;
  return pairs.map(([left, right]) => `${left.padEnd(width)}${right}\n`).join('');
}

/** A paragraph in lines of so many characters. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
