import { screenRules } from './screen-rules.ts';

/** A row of the composer, or of what was sent from it: options of a dialog are numbered. */
const composerRow = '^❯(?!\\s\\d+\\. )';
/** What stands where a dialog would, and is none. */
const noDialog = [composerRow, '^ *Showing detailed transcript'];
const firstAnswer = '^ {0,4}❯? ?1\\. \\S';
const answers = '^ {0,4}❯? ?\\d\\. (?:\\[.\\] )?(.*)$';
/** The composer: a rule line, which may carry the session's name, the prompt, and a rule line. */
const composer = ['^─{4,}', '^[❯!](?:\\s|$)', '^─+$'];
/** What turns while it works stands in the first column, where text never does. */
const spinner = '^[·✢✳✶✻✽*] ';

/**
 * What Claude Code's screen says, in versions 2.1.197 and 2.1.329; test/fixtures/claude-screens has each picture as it was
 * recorded. As long as a dialog is open it stands in place of the composer. So what quotes a dialog, with the composer
 * further down, is not taken for one, and in a narrow pane, where rows break and the keys of a dialog are left out, a dialog is
 * still known by its first answer. Dialogs come first, then work; the composer proves by itself only that no dialog is open.
 */
export const claudeRules = screenRules([
  {
    name: 'trust dialog',
    all: ['Quick safety check|Claude Code.ll be able to|Do you trust', 'Yes, I trust|No, exit'],
    none: noDialog,
    status: 'needs-you',
    needs: 'trust',
    reason: 'it asks whether you trust this folder',
  },
  {
    name: 'API key dialog',
    all: ['Do you want to use this API key', '^ {0,4}❯? *(?:1\\. )?Yes'],
    none: noDialog,
    status: 'needs-you',
    needs: 'login',
    reason: 'it asks whether to use your API key',
  },
  {
    name: 'login dialog',
    all: ['^ *Select login method', firstAnswer],
    none: noDialog,
    status: 'needs-you',
    needs: 'login',
    reason: 'it asks how to log in',
    options: answers,
  },
  // Read off the program's own texts: a limit of a subscription cannot be had in a laboratory.
  ...['resets (?<until>.+)$', undefined].map((end) => ({
    name: 'limit dialog',
    all: [...(end ? [end] : []), '^ *What do you want to do\\?', 'Stop and wait for limit to reset'],
    none: noDialog,
    status: 'needs-you',
    needs: 'limit',
    reason: end ? 'a usage limit until {until}' : 'a usage limit is reached',
    options: answers,
  })),
  {
    name: 'plan approval',
    all: ['^ (?:Ready to code|Exit plan mode|Claude has written up a plan)', firstAnswer],
    none: noDialog,
    status: 'needs-you',
    needs: 'plan',
    reason: 'a plan to approve',
    options: answers,
  },
  // With the call still in view it is known what for.
  ...['^● (?<tool>[\\w-]+)\\((?<argument>.*?)(?:…?\\))?$', undefined].map((call) => ({
    name: 'permission dialog',
    all: [...(call ? [call] : []), '^ ?Do you want to ', firstAnswer],
    none: noDialog,
    status: 'needs-you',
    needs: 'permission',
    reason: call ? 'permission: {tool} {argument}' : 'a permission',
    options: answers,
  })),
  {
    name: 'permission that waits while you type',
    all: ['^ {0,4}Waiting for permission…', ...composer],
    bottom: 6,
    status: 'needs-you',
    needs: 'permission',
    reason: 'a permission: its dialog opens when you stop typing',
  },
  {
    name: 'question',
    all: ['^(?:←| [☐☒✔]) ', '^(?<argument>[^❯\\s].*)$', '^[❯ ] 1\\. ', 'Enter to select'],
    none: noDialog,
    status: 'needs-you',
    needs: 'question',
    reason: 'question: {argument}',
    options: answers,
  },
  {
    name: 'dialog',
    all: ['^(?:─+|▔+)$', 'Esc to (?:cancel|clear|close|exit|go|continue)'],
    bottom: 3,
    none: noDialog,
    status: 'needs-you',
    needs: 'dialog',
    reason: 'a dialog is open',
  },
  {
    name: 'an API that fails',
    all: [`${spinner}(?<what>.+?) · [Rr]etrying in `, ...composer],
    none: ['^● '],
    status: 'working',
    reason: 'it tries again: {what}',
  },
  {
    name: 'compacting',
    all: [`${spinner}Compacting`, ...composer],
    none: ['^● '],
    status: 'working',
    reason: 'compacting the conversation',
  },
  {
    name: 'subagents at work',
    all: [`${spinner}Waiting for \\d+ background`, ...composer],
    none: ['^● ', `${spinner}\\S+ for \\d+[smh]`],
    status: 'working',
    reason: 'its subagents are at work',
  },
  { name: 'spinner', all: [`${spinner}\\S.*…`, ...composer], none: ['^● '], status: 'working' },
  { name: 'status line', all: [...composer, 'esc to inter'], bottom: 4, status: 'working' },
  {
    name: 'background shell',
    all: [...composer, '(?:^|· ) *\\d+ shells?(?: ·|$)'],
    bottom: 4,
    status: 'background',
    reason: 'a background shell runs on',
  },
  { name: 'composer', all: composer, bottom: 6, status: 'idle' },
  { name: 'spinner in the title', where: 'title', all: ['^[⠀-⣿◐-◓] '], status: 'working' },
]);
