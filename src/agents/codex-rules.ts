import { screenRules } from './screen-rules.ts';

/** What Codex's screen and title say; each is held by a recorded screen of test/agents/screens/codex (0.169.0). */
export const codexRules = screenRules([
  {
    name: 'sign-in',
    all: ['^ {2}Choose how you want to use Codex', '^ {2}Press enter to continue'],
    bottom: 1,
    status: 'needs-you',
    needs: 'login',
    reason: 'Codex has no login',
  },
  {
    name: 'command dialog',
    all: [
      '^ {2}Would you like to run the following command\\?',
      '^ {2}\\$ (?<argument>.+)$',
      '^ {2}Press enter to confirm',
    ],
    bottom: 1,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: {argument}',
  },
  {
    name: 'edit dialog',
    all: ['^ {2}Would you like to make the following edits\\?', '^ {2}Press enter to confirm'],
    bottom: 1,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: edits',
  },
  {
    name: 'choice',
    all: ['^› 1\\. ', '^ {2}(?:Press enter to|enter to) '],
    bottom: 1,
    status: 'needs-you',
    needs: 'dialog',
    reason: 'a dialog is open',
    options: '^[› ] \\d\\. (.+)$',
  },
  { name: 'working line', all: ['^[•◦] .*\\(.*esc to interrupt\\)', '^› '], bottom: 8, status: 'working' },
  { name: 'composer', all: ['^› '], bottom: 8, status: 'idle' },
  {
    name: 'title: action',
    where: 'title',
    all: ['^\\[ ?. ?\\] Action Required'],
    status: 'needs-you',
    needs: 'dialog',
  },
  { name: 'title: spinner', where: 'title', all: ['^[\\u2800-\\u28ff] '], status: 'working' },
]);
