/** What a message must have to be shown to an agent; core/message.ts holds its whole schema. */
interface Shown {
  id: string;
  from: string;
  kind: string;
  subject?: string | undefined;
  body: string;
  task?: string | undefined;
  reply_to?: string | undefined;
}

/** What the supervisor knows of a message beside its text. */
export interface About {
  /** where the whole message stands, named when the text is too long to be given at once */
  file?: string;
  /** an agent wrote it: what it says is a teammate's word, whatever it claims */
  byAgent?: boolean;
  /** its reader may have had it before */
  again?: boolean;
  /** characters from which on only the beginning is given; 4000 when not said */
  long?: number;
}

/** Longer bodies travel as a beginning and a reference to their file. */
const longest = 4000;
const kinds = 'message|note|assignment|review|conflict|report|digest|nudge';
const header = new RegExp(`^\\[mcc (?:${kinds}) ([A-Za-z0-9._-]{1,64}) from `, 'gm');

/**
 * Lines of a text that look like a header, or would to a reader, are marked as quoted: they prove no delivery, and do
 * not pass for a message of their own. Blanks and characters without a width in front do not hide one.
 */
const quoted = (text: string): string =>
  text.replace(/^[\s\p{Cf}]*\[[\s\p{Cf}]*mcc\b/gimu, (start) => `> ${start.trimStart()}`);

/**
 * A message as the agent reads it: one header line a model understands and mcc recognises, then the text. The header is
 * mcc's own: who wrote the message is known from who asked for it to be sent.
 */
export function messageText(message: Shown, { file, byAgent, again, long = longest }: About = {}): string {
  const kind = message.kind === 'note' ? 'message' : message.kind;
  const about = [
    `from ${message.from}${byAgent ? ' (agent)' : ''}`,
    ...(message.task ? [`task ${message.task}`] : []),
    ...(message.reply_to ? [`in reply to ${message.reply_to}`] : []),
    ...(again ? ['handed over again: leave it if you had it'] : []),
  ].join(', ');
  const body = quoted(message.body.trim());
  const text =
    body.length <= long
      ? body
      : `${body.slice(0, long)}\n… (${body.length - long} more characters: read them with \`mcc inbox ${message.id}\`${file ? ` or in ${file}` : ''})`;
  const subject = message.subject?.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return `[mcc ${kind} ${message.id} ${about}]${subject ? ` ${subject}` : ''}${text ? `\n${text}` : ''}`;
}

/** The ids of the messages whose headers stand in a text, each once, in order. */
export function idsIn(text: string): string[] {
  return [...new Set([...text.matchAll(header)].flatMap((match) => match[1] ?? []))];
}
