import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { isAlive, startTime } from '../io/process.ts';
import type { Shell } from './shell.ts';

/** Names, to the supervisor of a demo, the process whose screen it plays for. */
const variable = 'MCC_DEMO_STARTER';
/** Begins the name of every demo's repository: nothing else is ever removed. */
export const demoPrefix = 'mcc-demo-';
/** How often is looked, in ms. */
const every = 500;

/** What a supervisor must have in its environment to end with this process. */
export function endsWithMe(): Record<string, string> {
  const began = startTime(process.pid);
  return began === undefined ? {} : { [variable]: `${process.pid}@${began}` };
}

/**
 * Watches over the process that a demo was started by, which may be killed without a word. Once it is gone, this one
 * is ended as by a signal. Returns how to end the watch: a repository without its starter is removed then.
 */
export function watchStarter({ env }: Pick<Shell, 'env'>, root: string): () => Promise<void> {
  const [pid = '', start = ''] = (env[variable] ?? '').split('@');
  if (pid === '' || !basename(root).startsWith(demoPrefix)) return async () => {};
  const gone = () => !isAlive(Number(pid), start);
  // To nobody until somebody listens, which a true signal would not wait for.
  const timer = setInterval(() => gone() && process.emit('SIGTERM', 'SIGTERM'), every);
  return async () => {
    clearInterval(timer);
    if (gone()) await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
}
