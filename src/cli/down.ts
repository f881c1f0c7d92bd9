import { holderOf, type Owner } from '../io/lock.ts';
import { paths } from '../io/paths.ts';
import { isAlive } from '../io/process.ts';
import { WrongVersion } from '../wire/client.ts';
import { connectTo } from './connection.ts';
import { tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc down`: asks the supervisor to end its sessions and itself, and waits until it is gone. */
export async function run({ shell, options, json }: Call): Promise<number> {
  const root = await rootOf(shell);
  const owner = await holderOf(paths(root).lock);
  const tell = (text: string, data: object) => shell.out(json ? `${JSON.stringify(data)}\n` : `${text}\n`);
  if (!owner) {
    tell('no supervisor runs here', { stopped: null });
    return exits.ok;
  }
  const refused = await askToStop(root, shell, owner, options.force === true);
  if (refused) return tellRefusal(shell, refused, json);
  if (!json && options.force !== true)
    shell.err('waiting for the turns in hand; mcc down --force does not wait\n');
  await ended(owner);
  tell(`the supervisor (pid ${owner.pid}) and its agents were stopped`, { stopped: owner.pid });
  return exits.ok;
}

/** Over the socket, where it is decided who may; a supervisor of another version understands the signal. */
async function askToStop(
  root: string,
  shell: Shell,
  owner: Owner,
  force: boolean,
): Promise<{ refusal: string; hint?: string } | undefined> {
  const client = await connectTo(root, shell).catch((error: unknown) => {
    if (error instanceof WrongVersion && !shell.env.MCC_AGENT) return undefined;
    throw error;
  });
  if (!client) {
    if (shell.env.MCC_AGENT) return { refusal: '`down` is for the person' };
    process.kill(owner.pid, 'SIGTERM');
    return undefined;
  }
  const result = await client.command(force ? ['down', '--force'] : ['down']);
  void client.close();
  if (result.ok) return undefined;
  const { refusal, hint } = result;
  return hint === undefined ? { refusal } : { refusal, hint };
}

/** Waits until the process has ended; it names itself in the lock by pid and start time, so no other is meant. */
async function ended({ pid, start }: Owner): Promise<void> {
  while (isAlive(pid, start)) await new Promise((done) => setTimeout(done, 25));
}
