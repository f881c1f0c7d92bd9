import { screenRules } from './screen-rules.ts';

/** What opencode's screen says; each is held by a recorded screen of test/agents/screens/opencode (1.18.33). */
export const opencodeRules = screenRules([
  {
    name: 'command dialog',
    all: [
      '^ *┃ +△ Permission required',
      '^ *┃ +\\$ (?<argument>.+)$',
      '^ *┃ +Allow once +Allow always +Reject',
    ],
    bottom: 4,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: {argument}',
  },
  {
    name: 'permission dialog',
    all: ['^ *┃ +△ Permission required', '^ *┃ +[→#←] ?(?<argument>.+)$', '^ *┃ +Allow once'],
    bottom: 5,
    status: 'needs-you',
    needs: 'permission',
    reason: 'permission: {argument}',
  },
  {
    name: 'rejection dialog',
    all: ['^ *┃ +△ Reject permission', '^ *┃ +'],
    bottom: 3,
    status: 'needs-you',
    needs: 'dialog',
    reason: 'the reason for a refusal',
  },
  {
    name: 'working line',
    all: ['^ *╹▀{8,}', '[⬝■].* esc (?:interrupt|again)'],
    bottom: 2,
    status: 'working',
  },
  // Idle in a session is told by its plugin alone, after an interruption too: it draws its working line seconds late.
  { name: 'new session', all: ['^ *┃ +Ask anything…', '^ *╹▀{8,}'], bottom: 4, status: 'idle' },
]);
