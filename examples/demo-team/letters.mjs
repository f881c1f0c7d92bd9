// Messages of mcc, as they stand in a prompt: a header line, then the text.

const header =
  /^\[mcc (\w+) (\S+) from ([^\],( ]+)(?: \([^)]*\))?(?:, task ([^\],]+))?(?:, in reply to [^\]]+)?\] ?(.*)$/;

/** @returns { kind, id, from, task, subject, body }, in order; empty when a person is speaking */
export function lettersIn(prompt) {
  const letters = [];
  for (const line of prompt.split('\n')) {
    const found = header.exec(line);
    if (found) {
      const [, kind, id, from, task, subject] = found;
      letters.push({ kind, id, from, task, subject, body: '' });
    } else if (letters.length > 0) letters.at(-1).body += `${line}\n`;
  }
  return letters.map((letter) => ({ ...letter, body: letter.body.trim() }));
}
