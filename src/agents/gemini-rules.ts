import { screenRules } from './screen-rules.ts';

/** What Gemini CLI's screen and title say; each is held by a recorded screen of test/agents/screens/gemini (0.61.0). */
export const geminiRules = screenRules([
  {
    name: 'sign-in',
    all: ['^Please visit the following URL', '^Enter the authorization code:'],
    bottom: 1,
    status: 'needs-you',
    needs: 'login',
    reason: 'the Gemini CLI has no login',
  },
  {
    name: 'command dialog',
    all: ['^│ \\? Shell +(?<argument>.+?) *│?$', '^│ Allow execution of', '^│ [● ] 1\\. '],
    bottom: 6,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: {argument}',
  },
  {
    // In a pane made narrow its rows are broken until it draws them again, and what is asked for may be above.
    name: 'broken command dialog',
    all: ['^│ Allow execution of', '^│ [● ] 1\\. '],
    bottom: 9,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission',
  },
  {
    name: 'tool dialog',
    all: ['^│ \\? (?<tool>\\S+) +(?<argument>.+?) *│?$', '^│ [● ] 1\\. '],
    bottom: 6,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: {tool} {argument}',
  },
  {
    name: 'question',
    all: ['^│ .*\\?', '^│? *● 1\\. '],
    bottom: 6,
    status: 'needs-you',
    needs: 'dialog',
    reason: 'a dialog is open',
    options: '^│? *[● ] \\d\\. (.+?) *│?$',
  },
  {
    name: 'working line',
    all: ['\\(esc to cancel, ', '^▄{8,}$', '^ [>*!] ', '^▀{8,}$'],
    bottom: 4,
    status: 'working',
  },
  { name: 'composer', all: ['^▄{8,}$', '^ [>*!] ', '^▀{8,}$'], bottom: 4, status: 'idle' },
  { name: 'title: ready', where: 'title', all: ['^◇ +Ready'], status: 'idle' },
  { name: 'title: working', where: 'title', all: ['^[✦⏲] +Working'], status: 'working' },
  {
    name: 'title: action',
    where: 'title',
    all: ['^✋ +Action Required'],
    status: 'needs-you',
    needs: 'dialog',
    reason: 'a dialog is open',
  },
]);
