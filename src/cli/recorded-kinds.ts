import { join } from 'node:path';
import { type Composer, type Reading, readScreen } from '../agents/index.ts';
import { ownKind } from '../agents/own.ts';
import { type Status, statuses } from '../core/event.ts';
import type { KindSpec } from '../core/kind-spec.ts';
import type { Team } from '../core/team.ts';
import { recordedScreens } from '../io/kinds.ts';
import type { Problem } from '../io/repository.ts';
import { rowsOf } from '../supervisor/terminal.ts';
import { readRecorded } from '../term/recorded.ts';

/**
 * The recorded screens of the project's own kinds, as tests: `kinds/<kind>/screens/<status>[+<composer>][-<note>].txt`,
 * e.g. `idle+empty.txt`, `needs-you-permission.txt`. A screen that needs somebody must not have an empty composer.
 */
export async function kindProblems(
  team: Team,
  root: string,
): Promise<{ problems: Problem[]; tried: number }> {
  const problems: Problem[] = [];
  let tried = 0;
  for (const [name, spec] of Object.entries(team.kinds ?? {})) {
    const screens = await recordedScreens(join(root, 'kinds', name, 'screens'));
    for (const [file, text] of Object.entries(screens)) {
      tried += 1;
      const what = wrongIn(name, spec, file, text);
      if (what)
        problems.push({
          what: `kinds/${name}/screens/${file}: ${what}`,
          hint: `edit kinds/${name}.yaml, then: mcc check`,
        });
    }
  }
  return { problems, tried };
}

const composers = ['empty', 'draft', 'absent'] as const;

function wrongIn(name: string, spec: KindSpec, file: string, text: string): string | undefined {
  const expected = expectedOf(file);
  if (!expected) return `its name must begin with a status: ${statuses.join(', ')}`;
  const { reading, composer } = read(name, spec, text);
  const by = reading ? ` by the rule "${reading.rule}"` : '';
  if (reading?.status !== expected.status)
    return `expected ${expected.status}; ${reading ? `read ${reading.status}${by}` : 'no rule fits'}`;
  const state = composer?.state ?? 'absent';
  if (expected.composer && state !== expected.composer)
    return `expected a composer that is ${expected.composer}; it is ${shown(composer)}`;
  return expected.status === 'needs-you' && state === 'empty'
    ? `it is read as ${reading.status}${by}, but its composer as empty: a message would be typed into the dialog`
    : undefined;
}

/** What the name of a recorded screen says of it. */
function expectedOf(file: string): { status: Status; composer?: Composer['state'] } | undefined {
  const [stem = ''] = file.split('.');
  const status = statuses
    .filter((one) => stem === one || stem.startsWith(`${one}-`) || stem.startsWith(`${one}+`))
    .sort((a, b) => b.length - a.length)[0];
  if (!status) return undefined;
  const rest = stem.slice(status.length);
  const composer = composers.find((one) => rest === `+${one}` || rest.startsWith(`+${one}-`));
  return composer ? { status, composer } : { status };
}

function read(
  name: string,
  spec: KindSpec,
  text: string,
): { reading: Reading | null; composer: Composer | undefined } {
  const screen = readRecorded(text);
  const kind = ownKind(name, spec);
  const picture = { rows: screen.text(), title: screen.title };
  const rules = kind.screenRules ?? [];
  const reading = readScreen(rules, 'screen', picture) ?? readScreen(rules, 'title', picture);
  const composer = kind.composer?.(rowsOf(screen), screen.cursor);
  screen.dispose();
  return { reading, composer };
}

const shown = (composer: Composer | undefined): string =>
  composer === undefined
    ? 'absent: the kind has no `composer:`'
    : composer.state === 'draft'
      ? `draft: ${JSON.stringify(composer.text)}`
      : composer.state;
