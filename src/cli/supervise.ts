import { runSupervisor } from '../supervisor/main.ts';
import { writeSchema } from './init.ts';
import { preflight, stopAtProblems } from './preflight.ts';
import { exits } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc supervise`: serves until `mcc down` or a signal. */
export async function run({ shell }: Call): Promise<number> {
  const { repository, team, problems } = await preflight(shell);
  stopAtProblems(problems);
  const ready = () => void writeSchema(repository.root).catch(() => {}); // only editors need it
  await runSupervisor({
    repository,
    team,
    version: shell.version,
    program: shell.program,
    environment: shell.env,
    ready,
  });
  return exits.ok;
}
