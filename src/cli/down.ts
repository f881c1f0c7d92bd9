import { existsSync } from 'node:fs';
import type { Refusal } from '../core/refusal.ts';
import { acquire, holderOf, type Owner } from '../io/lock.ts';
import { paths } from '../io/paths.ts';
import { isAlive } from '../io/process.ts';
import { endLeftovers } from '../supervisor/leftovers.ts';
import { NoAnswer, WrongVersion } from '../wire/client.ts';
import { connectTo } from './connection.ts';
import { tellDrain } from './drain.ts';
import { tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

type Cleaned = Awaited<ReturnType<typeof endLeftovers>>;

/** `mcc down`: asks the supervisor to end its sessions and itself, and waits until it is gone. */
export async function run({ shell, options, json }: Call): Promise<number> {
  const root = await rootOf(shell);
  const tell = (text: string, data: object) => shell.out(json ? `${JSON.stringify(data)}\n` : `${text}\n`);
  const owner = await holderOf(paths(root).lock);
  if (!owner) {
    const cleaned = shell.env.MCC_AGENT ? null : await clean(root);
    tell(['no supervisor runs here', ...(cleaned ? wordsOf(cleaned) : [])].join('; '), {
      stopped: null,
      ...(cleaned ? { cleaned } : {}),
    });
    return exits.ok;
  }
  const asked = await askToStop(root, shell, owner, { force: options.force === true, json });
  if ('refusal' in asked) return tellRefusal(shell, asked, json);
  const over = await endedOrLeft(owner, options.force === true, shell);
  await asked.close();
  if (!over) {
    const hint =
      'mcc down waits again, mcc down --force ends it now, mcc up starts it again once it has ended';
    tell(`not waited for any longer: it ends by itself after the turns in hand (${hint})`, {
      stopping: owner.pid,
    });
    return exits.interrupted;
  }
  tell(`the supervisor (pid ${owner.pid}) and its agents were stopped`, { stopped: owner.pid });
  return exits.ok;
}

/** Removes what a supervisor that was killed left; null when there is nothing to look at, or another has just started. */
async function clean(root: string): Promise<Cleaned | null> {
  const { run, lock } = paths(root);
  if (!existsSync(run)) return null;
  const mine = await acquire(lock);
  if (mine.held) return null;
  try {
    return await endLeftovers(root);
  } finally {
    await mine.release();
  }
}

const wordsOf = ({ agents, runtime }: Cleaned): string[] => [
  ...(agents.length > 0 ? [`what a killed one left of ${agents.join(', ')} was ended`] : []),
  ...(runtime ? ['its socket was removed'] : []),
];

/**
 * Over the socket, where it is decided who may; a supervisor of another version, or one that does not answer, gets the
 * signal.
 */
async function askToStop(
  root: string,
  shell: Shell,
  owner: Owner,
  { force, json }: { force: boolean; json: boolean },
): Promise<Refusal | { close: () => Promise<void> }> {
  const client = await connectTo(root, shell).catch((error: unknown) => {
    if ((error instanceof WrongVersion || error instanceof NoAnswer) && !shell.env.MCC_AGENT)
      return undefined;
    throw error;
  });
  if (!client) {
    if (shell.env.MCC_AGENT) return { refusal: '`down` is for the person' };
    process.kill(owner.pid, 'SIGTERM');
    process.kill(owner.pid, 'SIGCONT'); // one that was stopped hears it only then
    return { close: async () => {} };
  }
  const progress = force ? undefined : tellDrain(client, shell, json);
  const result = await client.command(force ? ['down', '--force'] : ['down']);
  const close = async (): Promise<void> => {
    progress?.end();
    await client.close();
  };
  if (result.ok) {
    progress?.begin();
    return { close };
  }
  await close();
  const { refusal, hint } = result;
  return hint === undefined ? { refusal } : { refusal, hint };
}

/** Waits until the supervisor is gone; false when the person does not want to wait any longer. */
async function endedOrLeft(owner: Owner, force: boolean, shell: Shell): Promise<boolean> {
  const left = Promise.withResolvers<false>();
  const stopHearing = shell.interrupted(() => left.resolve(false));
  const gone = new AbortController();
  try {
    return await Promise.race([ended(owner, force, gone.signal).then(() => true), left.promise]);
  } finally {
    gone.abort();
    stopHearing();
  }
}

/** How long one that is to end at once may take before it is killed, in ms: it has sessions to end. */
const forceMs = 30_000;

/**
 * Waits until the process has ended; it names itself in the lock by pid and start time, so no other is meant. The next
 * `mcc up` ends what a killed one leaves.
 */
async function ended({ pid, start }: Owner, force: boolean, enough: AbortSignal): Promise<void> {
  const patience = performance.now() + forceMs;
  while (!enough.aborted && isAlive(pid, start)) {
    if (force && performance.now() > patience) process.kill(pid, 'SIGKILL');
    await new Promise((done) => setTimeout(done, 25));
  }
}
