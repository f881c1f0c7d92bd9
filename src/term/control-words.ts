/**
 * A command of tmux as one line: words that need it stand in double quotes, every byte that could mean something there
 * as an octal escape. Exact for all text without NUL.
 */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w./:=@+,-]+$/.test(word)) return word; // % alone may begin a directive
  let text = '';
  for (const byte of Buffer.from(word)) {
    const plain =
      (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    text +=
      plain || ' ./:=%@+,-_'.includes(String.fromCharCode(byte)) ? String.fromCharCode(byte) : octal(byte);
  }
  return `"${text}"`;
}

const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;

/** Text in which tmux expands formats, as itself. */
export const literal = (text: string): string => text.replaceAll('#', '##');

/** The bytes of keys for `send-keys -H`. */
export const hex = (bytes: Uint8Array): string[] => Array.from(bytes, (byte) => byte.toString(16));
