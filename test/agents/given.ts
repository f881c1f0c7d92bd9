import type { LaunchInput } from '../../src/agents/define.ts';
import { teamSchema } from '../../src/core/team.ts';

/** A launch input as the supervisor would give it, with what the test changes. */
export function given(change: Partial<LaunchInput> & { agents?: Record<string, object> } = {}): LaunchInput {
  const { agents, ...rest } = change;
  const team = teamSchema.parse({
    architect: 'architect',
    agents: agents ?? { architect: { description: 'plans and reviews' }, backend: { directories: ['src'] } },
  });
  const spec = team.agents.backend;
  if (!spec) throw new Error('these tests launch the agent `backend`');
  const folder = '/repo/.mcc/sessions/backend';
  return {
    agent: 'backend',
    spec,
    team,
    session: 'aaaaaaaa-0000-4000-8000-000000000000',
    conversation: 'bbbbbbbb-0000-4000-8000-000000000000',
    resume: false,
    worktree: '/repo/worktrees/backend',
    root: '/repo',
    folder,
    config: `${folder}/config`,
    hookUrl: 'http://127.0.0.1:4567/secret-path',
    bin: '/repo/.mcc/run/bin',
    tmp: '/run/user/1000/mcc-1a2b/backend',
    token: 'token-of-backend',
    leases: {},
    environment: { PATH: '/usr/bin:/bin', HOME: '/home/me', SHELL: '/bin/bash' },
    isRoot: false,
    ...rest,
  };
}
