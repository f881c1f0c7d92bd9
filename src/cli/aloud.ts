import type { KeyInput } from '../term/keys.ts';
import { parseKey } from '../term/keys.ts';

/** A screen for ears: frames, bars and spinners say nothing, blank lines are left out. */
export function readable(text: string): string {
  return plain(text)
    .split('\n')
    .map((line) =>
      line
        .replace(/[\u2500-\u259f\u2800-\u28ff]+/g, ' ')
        .replace(/ {2,}/g, '  ')
        .trim(),
    )
    .filter((line) => line !== '')
    .join('\n');
}

/** Lines of text without anything that a terminal would act on. */
export const plain = (text: string): string =>
  text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

/** The key of that name ('enter', 'ctrl-c', 'A'), as if it was pressed; null if it names none. */
export function keyOf(name: string): KeyInput | null {
  const known = parseKey(name);
  if (known === null || known.endsWith('leader')) return null;
  const [, ctrl, alt, shift, key = ''] = /^(ctrl-)?(alt-)?(shift-)?(.+)$/su.exec(known) ?? [];
  const low = key.toLowerCase();
  const upper = [...key].length === 1 && low !== key;
  return {
    type: 'key',
    key: upper ? low : key,
    ctrl: ctrl !== undefined,
    alt: alt !== undefined,
    shift: shift !== undefined || upper,
    raw: new Uint8Array(),
  };
}
