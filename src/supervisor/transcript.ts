import { existsSync, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Kind } from '../agents/index.ts';
import type { Message } from '../core/message.ts';

/** Transcripts are read from their end in pieces of this many bytes: what is looked for was mostly written last. */
const pieceBytes = 1024 * 1024;

/**
 * Where the CLI has kept a conversation; undefined for one without a turn, which leaves no transcript, and for a kind
 * that keeps none.
 * @param folder what was generated for the session; its own configuration directory is in it
 */
export function findTranscript(kind: Kind, folder: string, conversation: string): string | undefined {
  const { conversations } = kind;
  if (!conversations) return undefined;
  const config = join(folder, 'config', conversations.folder);
  if (!existsSync(config)) return undefined;
  return readdirSync(config, { recursive: true, encoding: 'utf8' })
    .filter((path) => conversations.holds(basename(path), conversation))
    .map((path) => join(config, path))[0];
}

/** The ids of those messages whose header stands in what the session itself wrote down; none when it cannot be read. */
export async function acceptedIn(path: string, messages: readonly Message[]): Promise<Set<string>> {
  const marks = new Map(messages.map(({ id, from }) => [id, Buffer.from(` ${id} from ${from}`)]));
  const found = new Set<string>();
  const overlap = Math.max(0, ...[...marks.values()].map((mark) => mark.length - 1));
  for await (const piece of backwards(path, overlap)) {
    for (const [id, mark] of marks) if (piece.includes(mark)) found.add(id);
    if (found.size === marks.size) break;
  }
  return found;
}

/** The pieces of a file from its last to its first, each with the beginning of the one after it. */
async function* backwards(path: string, overlap: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  try {
    let { size: end } = await file.stat();
    let after = 0;
    while (end > 0) {
      const start = Math.max(0, end - pieceBytes);
      const length = end - start + after;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      yield buffer.subarray(0, bytesRead);
      end = start;
      after = overlap;
    }
  } finally {
    await file.close();
  }
}
