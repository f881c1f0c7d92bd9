import { open } from 'node:fs/promises';
import { pendingPosts, type State } from '../core/state.ts';

/** How much of the end of a transcript is searched, in bytes: messages stand near its end when they were just handed over. */
const tailBytes = 1024 * 1024;

/** Ids of handed-over messages whose header stands in what the session itself wrote down. */
export async function standingIn(state: State, agent: string, path: string): Promise<string[]> {
  const handed = pendingPosts(state, agent).filter((post) => post.receipt === 'handed over');
  if (handed.length === 0) return [];
  const text = await tail(path);
  return handed.flatMap(({ message }) =>
    text.includes(` ${message.id} from ${message.from}`) ? [message.id] : [],
  );
}

/** The end of a file as text; '' when it cannot be read. */
export async function tail(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, tailBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.subarray(0, bytesRead).toString('utf8');
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
