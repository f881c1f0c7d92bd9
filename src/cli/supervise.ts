import { runSupervisor } from '../supervisor/main.ts';
import { writeSchema } from './init.ts';
import { preflight, stopAtProblems } from './preflight.ts';
import { exits } from './shell.ts';
import { watchStarter } from './starter.ts';
import type { Call } from './verbs.ts';

/** `mcc supervise`: serves until `mcc down` or a signal. */
export async function run({ shell }: Call): Promise<number> {
  const { repository, team, problems } = await preflight(shell);
  stopAtProblems(problems);
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
    });
  } finally {
    await unwatch();
  }
  return exits.ok;
}
