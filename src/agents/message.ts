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

/** Longer bodies travel as a beginning and a reference to their file. */
const longest = 4000;
const kinds = 'message|note|assignment|review|conflict|report|digest|nudge';
const header = new RegExp(`^\\[mcc (?:${kinds}) ([A-Za-z0-9._-]{1,64}) from `, 'gm');

/**
 * A message as the agent reads it: one header line a model understands and mcc recognises, then the text.
 * Lines of the text that look like such a header are indented, so that quoting a message never proves its delivery.
 * @param file where the whole message stands, named when the text is too long to be given at once
 */
export function messageText(message: Shown, file?: string): string {
  const kind = message.kind === 'note' ? 'message' : message.kind;
  const about = [
    `from ${message.from}`,
    ...(message.task ? [`task ${message.task}`] : []),
    ...(message.reply_to ? [`in reply to ${message.reply_to}`] : []),
  ].join(', ');
  const body = message.body.replace(/^\[mcc /gm, ' [mcc ').trim();
  const text =
    body.length <= longest
      ? body
      : `${body.slice(0, longest)}\n… (${body.length - longest} more characters: read them with \`mcc inbox ${message.id}\`${file ? ` or in ${file}` : ''})`;
  const subject = message.subject?.replace(/\s+/g, ' ').trim();
  return `[mcc ${kind} ${message.id} ${about}]${subject ? ` ${subject}` : ''}${text ? `\n${text}` : ''}`;
}

/** The ids of the messages whose headers stand in a text, each once, in order. */
export function idsIn(text: string): string[] {
  return [...new Set([...text.matchAll(header)].flatMap((match) => match[1] ?? []))];
}
