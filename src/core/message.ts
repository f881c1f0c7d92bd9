import { z } from 'zod';

/**
 * A message: one JSON file of an inbox (`inbox/<agent>/new/<id>.json`), written by mcc or by anyone's editor.
 */

/** Ids become file names: letters, digits, dot, underscore and dash, no leading dot, 1 to 64 characters. */
export const messageId = z
  .string()
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/,
    'an id of 1 to 64 letters, digits, dots, dashes and underscores',
  );

export const messageKinds = [
  'note',
  'assignment',
  'review',
  'conflict',
  'report',
  'digest',
  'nudge',
] as const;
export type MessageKind = (typeof messageKinds)[number];

/** True for a message of mcc about how things stand: where many come together, a line of each is enough. */
export const isNotice = ({ from, kind }: { from: string; kind: string }): boolean =>
  from === 'mcc' && ['review', 'conflict', 'report', 'digest'].includes(kind);

/** Longest body, in bytes of UTF-8: longer text belongs in a file that the message names. */
export const longestBody = 256 * 1024;

/** Longest text that mcc itself puts into a message or takes in a command, in UTF-16 units: at most 192 KiB as UTF-8. */
export const longestText = 64 * 1024;

/** Bytes that a text takes in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

const party = z.string().min(1).max(64);

export const messageSchema = z.object({
  id: messageId,
  from: party.describe('who wrote it: an agent, `person` or `mcc`'),
  to: party.describe('the agent whose inbox this is'),
  at: z.iso.datetime({ offset: true }).optional().describe('when it was written, ISO 8601'),
  kind: z.enum(messageKinds).describe('what it is about'),
  subject: z.string().max(500).optional(),
  body: z.string().refine((body) => utf8Length(body) <= longestBody, `at most ${longestBody / 1024} KiB`),
  task: z.string().min(1).max(64).optional().describe('the task it is about'),
  reply_to: messageId.optional().describe('id of the message that it answers'),
  hops: z.int().positive().optional().describe('answers to answers among agents that led to it; set by mcc'),
});
export type Message = z.infer<typeof messageSchema>;

/**
 * What a hand-made message file may leave out is filled in: its name tells the id and its folder the reader; without
 * a sender it is from the person, and without a kind a note.
 * @param value the parsed file
 * @returns what is then to be checked by messageSchema
 */
export function completeMessage(value: unknown, id: string, to: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return { id, to, from: 'person', kind: 'note', ...value };
}
