import { expect, test } from 'vitest';
import { atWork, exited, given, team } from '../core/given.ts';

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
    '  → hook          weight 3  idle       2 min ago',
    '  session       pid 1, runs, conversation c-backend',
    '  messages      wait: your draft is in its composer',
    '  composer: draft',
  ]);
});
