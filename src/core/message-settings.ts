import { z } from 'zod';

/** What agents may write to each other, and when mcc reminds them: `messages:` and `nudge:` in agents.yaml. */

export const messagesSchema = z.strictObject({
  per_minute: z.int().positive().default(20).describe('messages that one agent may send in a minute'),
  pair_per_minute: z
    .int()
    .positive()
    .default(10)
    .describe('messages that one agent may send to the same reader in a minute'),
  hops: z
    .int()
    .positive()
    .default(16)
    .describe('answers to answers among agents without a word of yours or a step of a task in between'),
  long: z
    .int()
    .min(200)
    .max(16_000)
    .default(4_000)
    .describe(
      'characters from which on a message is handed over as its beginning and where to read the rest',
    ),
  longest: z
    .int()
    .positive()
    .max(65_536)
    .default(65_536)
    .describe('characters that a message of an agent may have; what is longer belongs into a file'),
});

export const nudgeSchema = z.strictObject({
  after: z
    .int()
    .min(0)
    .default(300)
    .describe('seconds that an agent with work in hand may be idle before it is reminded; 0: never'),
  times: z
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('reminders, each after twice the time, before the architect is told, and then you'),
});

export type MessageSettings = z.infer<typeof messagesSchema>;
export type NudgeSettings = z.infer<typeof nudgeSchema>;

/** What holds where a log does not say: it was written before there were settings. */
export const messageDefaults: MessageSettings = messagesSchema.parse({});
export const nudgeDefaults: NudgeSettings = nudgeSchema.parse({});
