import { nearest } from '../core/nearest.ts';
import { misuse, tellError } from './report.ts';
import { exits, type Shell } from './shell.ts';
import { type Verb, verbs } from './verbs.ts';

/** Runs one command line (without the program's name) and returns its exit code. */
export async function main(argv: readonly string[], shell: Shell): Promise<number> {
  const { words, json, help } = common(argv);
  try {
    return await dispatch(words, shell, json, help);
  } catch (error) {
    return tellError(shell, error, json);
  }
}

/** Takes out what every verb knows: --json and --help, up to a `--` that ends the flags. */
function common(argv: readonly string[]): { words: string[]; json: boolean; help: boolean } {
  const end = argv.indexOf('--');
  const [flags, rest] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
  const isHelp = (word: string) => word === '--help' || word === '-h';
  const words = flags.filter((word) => word !== '--json' && !isHelp(word));
  return { words: [...words, ...rest], json: flags.includes('--json'), help: flags.some(isHelp) };
}

async function dispatch(words: string[], shell: Shell, json: boolean, help: boolean): Promise<number> {
  const [first = '', second = ''] = words;
  if (first === '' || first === 'help' || help) {
    const { helpText } = await import('./help.ts');
    shell.out(helpText(first === 'help' ? words.slice(1) : words, shell));
    return exits.ok;
  }
  const verb = verbs.find(({ name }) => name === first);
  if (verb) {
    const { run } = await verb.load();
    return run({ shell, json, ...(await parse(verb, words.slice(1))) });
  }
  const { commands } = await import('../commands/index.ts');
  if (commands.has(`${first} ${second}`) || commands.has(first)) {
    const { runWords } = await import('./door.ts');
    return runWords(words, shell, json);
  }
  throw unknown(first, second, [...verbs.map(({ name }) => name), ...commands.keys()]);
}

function unknown(first: string, second: string, names: readonly string[]): Error {
  const group = names.flatMap((name) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
  if (group.length > 0) {
    const near = nearest(second, group);
    const what =
      second === ''
        ? `\`mcc ${first}\` needs one of: ${group.join(', ')}`
        : `there is no \`mcc ${first} ${second}\``;
    return misuse(what, near ? `mcc ${first} ${near}` : `mcc help ${first}`);
  }
  const near = nearest(first, new Set(names.map((name) => name.split(' ', 1)[0] ?? name)));
  return misuse(`there is no \`mcc ${first}\``, near ? `mcc ${near}` : 'mcc help');
}

/** The words after a verb of the command line's own, by commander; which is not loaded for a verb that stands alone. */
async function parse(
  verb: Verb,
  words: string[],
): Promise<{ args: string[]; options: Record<string, unknown> }> {
  const needed = verb.args.some((arg) => arg.startsWith('<'));
  if (words.length === 0 && !needed) return { args: [], options: {} };
  const { Command, CommanderError } = await import('commander');
  const command = new Command(verb.name).exitOverride().helpOption(false).allowExcessArguments(false);
  command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const arg of verb.args) command.argument(arg);
  for (const [flags, describe] of Object.entries(verb.options)) command.option(flags, describe);
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw misuse(
      `mcc ${verb.name}: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}`,
      `mcc help ${verb.name}`,
    );
  }
  return { args: command.args, options: command.opts() };
}
