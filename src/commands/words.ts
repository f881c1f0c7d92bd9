import { longestText } from '../core/message.ts';
import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import type { Command, Flag, Input, Value } from './define.ts';

/**
 * Words → command. The same grammar for the shell, keys, palette and tools: `noun verb word… --flag value`.
 * `--` ends the flags; `--flag=value` is accepted; list flags take commas and may be repeated.
 */
export function parseWords(
  commands: ReadonlyMap<string, Command>,
  words: readonly string[],
): { command: Command; input: Input } | Refusal {
  const long = words.find((word) => word.length > longestText);
  if (long !== undefined) {
    return refuse(
      `a word of a command has at most ${longestText} characters, this has ${long.length}`,
      'put it into a file and name the file',
    );
  }
  const [first = '', second = ''] = words;
  const two = commands.get(`${first} ${second}`);
  const command = two ?? commands.get(first);
  if (!command) return unknown(commands, words);
  const input = parseInput(command, words.slice(two ? 2 : 1));
  return isRefusal(input) ? input : { command, input };
}

/** Splits a line as a person types it in the palette: blanks separate, quotes hold together, a backslash takes the next letter. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? '';
    if (letter === '\\' && quote !== "'" && at + 1 < line.length) {
      at += 1;
      word = (word ?? '') + (line[at] ?? '');
    } else if (quote !== '') {
      if (letter === quote) quote = '';
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + letter;
  }
  return word === null ? words : [...words, word];
}

/** `task submit [task] --summary <text>` */
export function usage(command: Command): string {
  const args = command.args.map(({ name, required, rest }) => {
    const shown = rest ? `${name}…` : name;
    return required ? `<${shown}>` : `[${shown}]`;
  });
  const flags = Object.entries(command.flags).map(([name, flag]) => {
    const shown = flag.type === 'boolean' ? `--${name}` : `--${name} <${flag.of ?? flag.type}>`;
    return flag.required ? shown : `[${shown}]`;
  });
  return [command.name, ...args, ...flags].join(' ');
}

function unknown(commands: ReadonlyMap<string, Command>, words: readonly string[]): Refusal {
  const [first = '', second = ''] = words;
  const verbs = [...commands.keys()].flatMap((name) =>
    name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : [],
  );
  if (first !== '' && verbs.length > 0) {
    const meant = nearest(second, verbs);
    return refuse(
      second === ''
        ? `\`${first}\` needs one of: ${verbs.join(', ')}`
        : `\`${first} ${second}\` is no command`,
      meant ? `mcc ${first} ${meant}` : `mcc help ${first}`,
    );
  }
  const meant = nearest(first, new Set([...commands.keys()].map((name) => name.split(' ')[0] ?? name)));
  return refuse(
    first === '' ? 'no command was given' : `\`${first}\` is no command`,
    meant ? `mcc ${meant}` : 'mcc help',
  );
}

function parseInput(command: Command, words: readonly string[]): Input | Refusal {
  const positional: string[] = [];
  const flags: Record<string, Value> = {};
  let rest = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (rest || !word.startsWith('--')) {
      positional.push(word);
      continue;
    }
    if (word === '--') {
      rest = true;
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals > 0 ? word.slice(2, equals) : word.slice(2);
    const flag = flagOf(command, name);
    if (!flag) {
      const meant = nearest(name, Object.keys(command.flags));
      return refuse(
        `\`${command.name}\` has no flag --${name}${meant ? `: did you mean --${meant}?` : ''}`,
        `mcc help ${command.name}`,
      );
    }
    if (flag.type === 'boolean') {
      if (equals > 0) return refuse(`--${name} takes no value`, `mcc help ${command.name}`);
      flags[name] = true;
      continue;
    }
    const given = equals > 0 ? word.slice(equals + 1) : words[++at];
    const value =
      given === undefined || (equals < 0 && given.startsWith('--') && flagOf(command, given.slice(2)))
        ? refuse(`--${name} needs a value`, `mcc help ${command.name}`)
        : read(name, flag, given, flags[name]);
    if (typeof value === 'object' && !Array.isArray(value)) return value;
    flags[name] = value;
  }
  return place(command, positional, flags);
}

const flagOf = (command: Command, name: string): Flag | undefined =>
  Object.hasOwn(command.flags, name) ? command.flags[name] : undefined;

function read(name: string, flag: Flag, given: string, before: Value | undefined): Value | Refusal {
  if (flag.type === 'list') {
    const parts = given.split(',').map((part) => part.trim());
    return [...(Array.isArray(before) ? before : []), ...parts.filter((part) => part !== '')];
  }
  if (flag.type === 'text') return given;
  return /^\d+(\.\d+)?$/.test(given)
    ? Number(given)
    : refuse(`--${name} needs a number, not ${JSON.stringify(given)}`);
}

function place(command: Command, positional: string[], flags: Record<string, Value>): Input | Refusal {
  const args: Record<string, string> = {};
  let at = 0;
  for (const { name, required, rest } of command.args) {
    const word = rest ? positional.slice(at).join(' ') : positional[at];
    at = rest ? positional.length : at + 1;
    if (word !== undefined && word !== '') args[name] = word;
    else if (required)
      return refuse(`\`${command.name}\` needs ${name}: ${usage(command)}`, `mcc help ${command.name}`);
  }
  if (at < positional.length) {
    return refuse(
      `\`${command.name}\` does not take ${JSON.stringify(positional[at])}: ${usage(command)}`,
      `mcc help ${command.name}`,
    );
  }
  const missing = Object.entries(command.flags).find(([name, flag]) => flag.required && !(name in flags));
  if (missing)
    return refuse(
      `\`${command.name}\` needs --${missing[0]}`,
      command.examples[0] ?? `mcc help ${command.name}`,
    );
  return { args, flags };
}
