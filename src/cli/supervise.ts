import type { Team } from '../core/team.ts';
import { loadTeam } from '../io/config.ts';
import { stayLean } from '../io/heap.ts';
import type { Repository } from '../io/repository.ts';
import { runSupervisor } from '../supervisor/main.ts';
import { toldByStarter } from './background.ts';
import { writeSchema } from './init.ts';
import { preflight, stopAtProblems } from './preflight.ts';
import { exits, type Shell } from './shell.ts';
import { watchStarter } from './starter.ts';
import type { Call } from './verbs.ts';

/** `mcc supervise`: serves until `mcc down` or a signal. */
export async function run({ shell }: Call): Promise<number> {
  stayLean();
  // While its starter still looks whether it may serve, and then it waits for git, what its screens need is loaded.
  const seat = import('./seat.ts');
  const found = await checked(shell);
  if (!found) return exits.ok;
  const { repository, team } = found;
  const ready = () => void writeSchema(repository.root).catch(() => {}); // only editors need it
  const unwatch = watchStarter(shell, repository.root);
  try {
    await runSupervisor({
      repository,
      team,
      version: shell.version,
      program: shell.program,
      environment: shell.env,
      ready,
      openScreen: async (opening, tty, sitter, asked) =>
        (await seat).openSeat(shell, repository.root, opening, tty, sitter, asked),
    });
  } finally {
    await unwatch();
  }
  return exits.ok;
}

/** What is served: as `mcc up` has just checked it, else checked here; undefined when that found something in the way. */
async function checked(shell: Shell): Promise<{ repository: Repository; team: Team } | undefined> {
  const telling = toldByStarter(shell);
  const root = shell.env.MCC_ROOT;
  const reading = telling && root ? loadTeam(root, shell.env) : undefined;
  reading?.catch(() => {}); // its starter tells of it
  const repository = await telling;
  if (telling && repository === undefined) return undefined;
  if (reading && repository && repository.root === root) return { repository, team: (await reading).team };
  const found = await preflight(shell);
  stopAtProblems(found.problems);
  return found;
}
