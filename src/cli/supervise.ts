import type { Team } from '../core/team.ts';
import { loadTeam } from '../io/config.ts';
import { stayLean } from '../io/heap.ts';
import type { Repository } from '../io/repository.ts';
import { runSupervisor } from '../supervisor/main.ts';
import { inspected } from './background.ts';
import { writeSchema } from './init.ts';
import { preflight, stopAtProblems } from './preflight.ts';
import { exits, type Shell } from './shell.ts';
import { watchStarter } from './starter.ts';
import type { Call } from './verbs.ts';

/** `mcc supervise`: serves until `mcc down` or a signal. */
export async function run({ shell }: Call): Promise<number> {
  stayLean();
  const { repository, team } = await checked(shell);
  const ready = () => void writeSchema(repository.root).catch(() => {}); // only editors need it
  // While the supervisor starts and waits for git, what its screens need is loaded.
  const seat = import('./seat.ts');
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

/** What is served: as `mcc up` has just checked it, else checked here. */
async function checked(shell: Shell): Promise<{ repository: Repository; team: Team }> {
  const repository = inspected(shell);
  if (repository) return { repository, team: (await loadTeam(repository.root, shell.env)).team };
  const found = await preflight(shell);
  stopAtProblems(found.problems);
  return found;
}
