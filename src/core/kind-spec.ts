import { z } from 'zod';
import { screenRuleSchema } from './screen-rule.ts';

/**
 * A kind of agent that a project describes itself, in `kinds/<name>.yaml`: what is started, how its screen is read, how
 * it is typed into. agents/own.ts makes a Kind of it; `mcc check` tries it on the screens recorded beside it.
 */

/** Keys by name, as bytes that a terminal without any special mode sends. */
export const keyBytes = {
  enter: '\r',
  'alt-enter': '\x1b\r',
  'ctrl-j': '\n',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  'ctrl-s': '\x13',
  esc: '\x1b',
  tab: '\t',
} as const;
const keyName = z.enum(Object.keys(keyBytes) as (keyof typeof keyBytes)[]);

const words = z.array(z.string().min(1));

const pattern = z
  .string()
  .min(1)
  .refine((text) => {
    try {
      new RegExp(text, 'u');
      return true;
    } catch {
      return false;
    }
  }, 'a regular expression of JavaScript with the flag u');

export const composerRuleSchema = z.strictObject({
  prompt: pattern.describe(
    'how the first row of the composer begins; the text begins where the match ends. The lowest row that fits is taken',
  ),
  end: pattern
    .optional()
    .describe(
      'the row below the composer; default: it ends with the row of the cursor, as that of a plain prompt',
    ),
  rows: z.int().positive().optional().describe('so many rows it shows at most, where longer text scrolls'),
  placeholder: pattern.optional().describe('what stands in an empty composer, where that is not dim'),
  cursor: z
    .enum(['terminal', 'inverse'])
    .default('terminal')
    .describe(
      'what shows that it has the keyboard: the terminal’s own cursor in it, or a cell drawn inverse',
    ),
  newline: keyName
    .optional()
    .describe('the key that begins a new line instead of submitting; default: lines are joined'),
});

export const kindSpecSchema = z.strictObject({
  description: z.string().optional().describe('one line: what program this is'),
  command: words.min(1).describe('the program and its arguments; {role}, {model} … are filled in'),
  model: words
    .default([])
    .describe('arguments added where the agent names a model, such as [--model, "{model}"]'),
  resume: words
    .optional()
    .describe('arguments added when the agent had a session before; default: each session begins anew'),
  env: z.record(z.string(), z.string()).default({}).describe('environment of the session'),
  pass_env: words
    .default([])
    .describe('names of your own environment variables that the program needs; a name may end in *'),
  files: z
    .record(z.string().regex(/^[\w.-]+(?:\/[\w.-]+)*$/, 'a relative path inside {config}'), z.string())
    .default({})
    .describe('files written into {config} before each start, by path'),
  verified: z.string().optional().describe('the version it was tried on; `mcc doctor` compares it'),
  install: z.string().optional().describe('how to get the program, for `mcc check` and `mcc doctor`'),
  hooks: z
    .boolean()
    .default(false)
    .describe(
      'it says what happens through `mcc hook`; a typed message has arrived when it says so, not before',
    ),
  screen: z
    .array(screenRuleSchema)
    .default([])
    .describe('what the screen says of its state; the first that fits'),
  composer: composerRuleSchema
    .optional()
    .describe('where it is typed into; without it messages wait in the inbox'),
  submit: keyName.default('enter').describe('the key that submits'),
  interrupt: keyName.default('ctrl-c').describe('the key that stops the running turn'),
});

export type KindSpec = z.infer<typeof kindSpecSchema>;
export type ComposerRule = z.infer<typeof composerRuleSchema>;
