import { isNotice } from '../core/message.ts';

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
const header = new RegExp(`^(?:- )?\\[mcc (?:${kinds}) ([A-Za-z0-9._-]{1,64}) from `, 'gm');

/**
 * Lines of a text that look like a header, or would to a reader, are marked as quoted: they prove no delivery, and do
 * not pass for a message of their own. Blanks and characters without a width in front do not hide one.
 */
const quoted = (text: string): string =>
  text.replace(
    /^[\s\p{Cf}]*(?:[-*+][\s\p{Cf}]*)*\[[\s\p{Cf}]*mcc\b/gimu,
    (start) => `> ${start.trimStart()}`,
  );

/**
 * A message as the agent reads it: one header line a model understands and mcc recognises, then the text. The header is
 * mcc's own: who wrote the message is known from who asked for it to be sent.
 */
export function messageText(message: Shown, about: About = {}): string {
  const { file, long = longest } = about;
  const body = quoted(message.body.trim());
  const text =
    body.length <= long
      ? body
      : `${body.slice(0, long)}\n… (${body.length - long} more characters: read them with \`mcc inbox ${message.id}\`${file ? ` or in ${file}` : ''})`;
  const subject = message.subject?.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return `${headerOf(message, about)}${subject ? ` ${subject}` : ''}${text ? `\n${text}` : ''}`;
}

/** The line that tells an agent whose message this is, and mcc that it has it. */
function headerOf(message: Shown, { byAgent, again }: About): string {
  const kind = message.kind === 'note' ? 'message' : message.kind;
  const about = [
    `from ${message.from}${byAgent ? ' (agent)' : ''}`,
    ...(message.task ? [`task ${message.task}`] : []),
    ...(message.reply_to ? [`in reply to ${message.reply_to}`] : []),
    ...(again ? ['handed over again: leave it if you had it'] : []),
  ].join(', ');
  return `[mcc ${kind} ${message.id} ${about}]`;
}

/** So many notices in a row are told as a list. */
const fewest = 3;
/** Of each so much, in characters. */
const noticeLength = 300;

/** Messages as an agent reads them, in order; notices that come together are one digest. */
export function messagesText(all: readonly { message: Shown; about: About }[]): string {
  const texts: string[] = [];
  for (let at = 0; at < all.length; ) {
    const rest = all.slice(at);
    const end = rest.findIndex(({ message }) => !isNotice(message));
    const run = end < 0 ? rest : rest.slice(0, end);
    const [first] = rest;
    if (run.length >= fewest) texts.push(digestText(run));
    else if (first) texts.push(messageText(first.message, first.about));
    at += run.length >= fewest ? run.length : 1;
  }
  return texts.join('\n\n');
}

function digestText(run: readonly { message: Shown; about: About }[]): string {
  const rows = run.map(({ message, about }) => {
    const said = (message.body.trim().split('\n')[0] ?? '').replace(/[\s\p{Cc}]+/gu, ' ');
    return `- ${headerOf(message, about)} ${said.length > noticeLength ? `${said.slice(0, noticeLength - 1)}…` : said}`;
  });
  return [`${run.length} notices of mcc came together; what to do about each: mcc inbox <id>`, ...rows].join(
    '\n',
  );
}

/** The ids of the messages whose headers stand in a text, each once, in order. */
export function idsIn(text: string): string[] {
  return [...new Set([...text.matchAll(header)].flatMap((match) => match[1] ?? []))];
}
