import { expect, test } from 'vitest';
import { atWork, exited, given, reported, team } from '../core/given.ts';

test('start, stop and restart are refused where there is nothing to do', () => {
  atWork()
    .when('agent start backend')
    .refuses('backend runs already', 'mcc agent restart backend')
    .when('agent stop backend')
    .brings({ type: 'agent.unwanted', agent: 'backend' })
    .when('agent stop backend')
    .refuses('backend is stopped already', 'mcc agent start backend');
  given(team()).when('agent restart backend').refuses('backend does not run', 'mcc agent start backend');
  atWork()
    .when('agent stop bakend')
    .refuses('did you mean `backend`?')
    .when('agent stop valueOf')
    .refuses('there is no agent `valueOf`');
});

test('an agent that is gone from the file is not started', () => {
  atWork()
    .happens(team(['lead', 'backend']))
    .when('agent start frontend')
    .refuses('frontend is not in agents.yaml', 'mcc check');
});

test('starting it by hand forgets its crashes', () => {
  const it = atWork().happens(exited('backend')).when('agent start backend').brings({ type: 'agent.wanted' });
  expect(it.state.agents.backend?.crashes).toBe(0);
});

test('why shows the evidence, the winner and what holds its messages', () => {
  const answer = {
    type: 'evidence' as const,
    reports: [],
    notes: ['composer: draft'],
    holding: 'your draft is in its composer',
  };
  const it = atWork().after(90_000).when('why backend', { answer });
  expect(it.text.split('\n')).toEqual([
    'backend is idle  (by hook)',
    '  → hook          weight  8  idle       2 min ago',
    '                  won: the last word of the program itself',
    '  session       pid 1, runs, conversation c-backend',
    '  messages      wait: your draft is in its composer',
    '  composer: draft',
  ]);
});

test('why says of a dialog what it waits for, and of each source why it lost', () => {
  const it = atWork()
    .happens(
      reported('backend', 'needs-you', {
        ...{ source: 'hook', reason: 'question: Which?', needs: 'question', options: ['Red', 'Blue'] },
      }),
      reported('backend', 'needs-you', { source: 'session file', reason: 'input needed', needs: 'question' }),
      reported('backend', 'needs-you', { source: 'screen', reason: 'a dialog is open', rule: 'dialog' }),
    )
    .after(1_500)
    .when('why backend');
  expect(it.text.split('\n').slice(0, -1)).toEqual([
    'backend is needs-you: question: Which?  (by hook)',
    '  waits for     question',
    '  answers       Red | Blue',
    '  → hook          weight  8  needs-you  1.5 s ago  question: Which?',
    '                  won: the last word of the program itself',
    '    session file  weight  7  needs-you  1.5 s ago  input needed',
    "                  lost: the program's own state file",
    '    screen        weight  3  needs-you  1.5 s ago  a dialog is open  by the rule "dialog"',
    '                  lost: as the program itself says',
  ]);
});

test('status as JSON says of each agent what is judged, since when, and by what evidence', () => {
  const asked = reported('backend', 'needs-you', { reason: 'permission: Bash ls', needs: 'permission' });
  const it = atWork().happens(asked).after(5_000).when('status --agents');
  const { agents } = it.data as { agents: { name: string }[] };
  expect(agents.find(({ name }) => name === 'backend')).toMatchObject({
    status: 'needs-you',
    reason: 'permission: Bash ls',
    needs: 'permission',
    source: 'hook',
    evidence: [{ source: 'hook', status: 'needs-you', weight: 8 }],
  });
});
