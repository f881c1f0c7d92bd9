import { loadTeam } from '../io/config.ts';
import { checkup, type Row } from './checkup.ts';
import { findRoot } from './project.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

const marks: Record<Row['state'], ['green' | 'yellow' | 'red' | 'dim', string]> = {
  ok: ['green', 'ok'],
  unverified: ['yellow', 'unverified'],
  absent: ['dim', 'absent'],
  missing: ['red', 'missing'],
};

/** `mcc doctor`: what there is on this machine of all that mcc uses; fails where something needed is missing. */
export async function run({ shell, json }: Call): Promise<number> {
  const rows = await checkup(shell, await teamOf(shell));
  if (json) shell.out(`${JSON.stringify(rows, null, 2)}\n`);
  else for (const row of rows) tell(shell, row);
  return rows.some(({ state }) => state === 'missing') ? exits.config : exits.ok;
}

/** A machine can be looked at anywhere; a broken team file is what `mcc check` is for. */
async function teamOf(shell: Shell) {
  const root = findRoot(shell);
  return root === undefined
    ? undefined
    : loadTeam(root, shell.env).then(
        ({ team }) => team,
        () => undefined,
      );
}

function tell(shell: Shell, { name, state, says, hint }: Row): void {
  const [style, word] = marks[state];
  const lead = `${name.padEnd(12)}${styled(shell, style, word.padEnd(12))}`;
  shell.out(`${lead}${says}\n`);
  if (hint) shell.out(`${' '.repeat(24)}${styled(shell, 'dim', '→')} ${hint}\n`);
}
