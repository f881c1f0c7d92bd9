import { isRefusal } from '../core/refusal.ts';
import { loadTeam } from '../io/config.ts';
import { keyTable, makeKeymap } from '../tui/keymap.ts';
import { findRoot } from './project.ts';
import { misuse } from './report.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc keys`: the table in force, with the bindings of this project's team where there is one. */
export async function run({ shell, json }: Call): Promise<number> {
  const { leader, bind } = await ownKeys(shell);
  const keymap = makeKeymap(leader, bind);
  if (isRefusal(keymap)) throw misuse(keymap.refusal, keymap.hint ?? 'mcc help');
  const table = keyTable(keymap);
  if (json) shell.out(`${JSON.stringify(table, null, 2)}\n`);
  else {
    const widest = Math.max(...table.map(({ key }) => key.length)) + 2;
    let last = '';
    for (const { where, key, words, label } of table) {
      if (where !== last) shell.out(`${last === '' ? '' : '\n'}${styled(shell, 'bold', where)}\n`);
      shell.out(`  ${key.padEnd(widest)}${label.padEnd(44)}${styled(shell, 'dim', words)}`.trimEnd());
      shell.out('\n');
      last = where;
    }
  }
  return exits.ok;
}

/** Keys are worth printing anywhere, so a project without a team has the default ones; a broken team file is told. */
async function ownKeys(shell: Shell): Promise<{ leader?: string; bind?: Record<string, string> }> {
  const root = findRoot(shell);
  if (root === undefined) return {};
  return loadTeam(root, shell.env).then(
    ({ team }) => team.keys,
    (error: unknown) => {
      if (error instanceof Error && 'hint' in error && error.hint === 'mcc init') return {};
      throw error;
    },
  );
}
