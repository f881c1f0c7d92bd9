import { createHash, type Hash } from 'node:crypto';
import { type Git, GitError } from './git.ts';

/**
 * Checks the objects that `to` has and `from` has not: each is there, with the content that its name is the hash of. (Git
 * itself reads most objects without comparing the two, and agents can write to the object store.)
 * @returns what is wrong, in one sentence, or null
 */
export async function findDamage(git: Git, from: string, to: string): Promise<string | null> {
  let names: string;
  try {
    names = await git.run([
      'rev-list',
      '--objects',
      '--no-object-names',
      '--missing=allow-promisor',
      to,
      `^${from}`,
    ]);
  } catch (error) {
    if (error instanceof GitError) return `history is damaged: ${error.stderr}`;
    throw error;
  }
  if (names === '') return null;
  const reader = new BatchReader();
  await git.run(['cat-file', '--batch'], { input: names, onStdout: (chunk) => reader.add(chunk) });
  const checked = names.trimEnd().split('\n').length;
  const [bad] = reader.bad;
  if (bad !== undefined) return `object ${bad} does not have the content that its name stands for`;
  return reader.good === checked ? null : `only ${reader.good} of ${checked} new objects can be read`;
}

/** Reads the output of `git cat-file --batch` (a line `<name> <type> <size>`, the content, a newline) and hashes each object. */
class BatchReader {
  good = 0;
  readonly bad: string[] = [];
  #line: Buffer[] = [];
  #name = '';
  #hash: Hash | null = null;
  #left = 0;

  add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; )
      at = this.#hash === null ? this.#readHeader(chunk, at) : this.#readContent(chunk, at, this.#hash);
  }

  #readHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.#line.push(chunk.subarray(at, end < 0 ? chunk.length : end));
    if (end < 0) return chunk.length;
    const [name = '', type = '', size = ''] = Buffer.concat(this.#line).toString('utf8').split(' ');
    this.#line = [];
    if (size === '') this.bad.push(name);
    else this.#open(name, type, Number(size));
    return end + 1;
  }

  #open(name: string, type: string, size: number): void {
    this.#name = name;
    this.#left = size + 1; // the newline after it
    this.#hash = createHash(name.length === 64 ? 'sha256' : 'sha1').update(`${type} ${size}\0`);
  }

  #readContent(chunk: Buffer, at: number, hash: Hash): number {
    const end = Math.min(chunk.length, at + this.#left);
    const last = end - at === this.#left;
    const content = last ? end - 1 : end;
    hash.update(chunk.subarray(at, content));
    this.#left -= end - at;
    if (last) {
      if (hash.digest('hex') === this.#name) this.good++;
      else this.bad.push(this.#name);
      this.#hash = null;
    }
    return end;
  }
}
