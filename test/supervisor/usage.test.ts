import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { teamSchema } from '../../src/core/team.ts';
import { startTime } from '../../src/io/process.ts';
import type { Project } from '../../src/supervisor/project.ts';
import { UsageWatch } from '../../src/supervisor/usage.ts';
import { atWork } from '../core/given.ts';
import { scripted, Team } from './team.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A watch on three agents that run; of the first, this very process is the session. */
function watch({ looked = false, limits = {} } = {}) {
  const { state } = atWork().happens({
    ...{ type: 'session.started', agent: 'lead', session: 's', conversation: 'c', resumed: false },
    ...{ pid: process.pid, start: startTime(process.pid) ?? '' },
  });
  const team = teamSchema.parse({ agents: { lead: {}, backend: {}, frontend: {} }, limits });
  const audience = { looked, measured: vi.fn() };
  const project = { team, supervisor: { state, terminals: new Map() } } as unknown as Project;
  return { audience, project, it: new UsageWatch(project, audience, () => {}) };
}

test('while nobody looks and nothing is limited, nothing is measured and no timer runs', () => {
  const { it, audience } = watch();
  it.wake();
  expect(vi.getTimerCount()).toBe(0);
  audience.looked = true;
  it.wake();
  it.wake();
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersToNextTimer();
  expect(audience.measured).toHaveBeenCalledOnce();
  expect(audience.measured.mock.lastCall?.[0]?.lead).toMatchObject({ cpu: null });
  audience.looked = false;
  vi.advanceTimersToNextTimer();
  expect(audience.measured).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('limits are watched although nobody looks, and only while an agent runs', () => {
  const { it, audience, project } = watch({ limits: { memory: '4GB' } });
  it.wake();
  vi.advanceTimersToNextTimer();
  expect(audience.measured).toHaveBeenCalledOnce();
  project.supervisor.state = { ...project.supervisor.state, agents: {} };
  vi.advanceTimersToNextTimer();
  expect(vi.getTimerCount()).toBe(0);
  it.close();
  expect(audience.measured).toHaveBeenCalledOnce();
});

test('mcc status tells memory, CPU and processes of each agent with its children', async () => {
  vi.useRealTimers();
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).serve();
  await team.idle('ann', 'bob');
  const { agents } = JSON.parse((await team.mcc('status', '--json')).out);
  const [ann, bob] = agents;
  expect(ann.usage.memory).toBeGreaterThan(2 ** 20);
  expect(ann.usage.processes).toBe(1);
  expect(bob.usage.memory).toBeGreaterThan(0);
  expect(bob.usage.memory).toBeLessThan(ann.usage.memory);
  expect((await team.mcc('status')).out).toMatch(/^ann .* [\d.]+ MB/m);
});
