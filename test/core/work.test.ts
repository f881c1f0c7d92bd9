import { describe, expect, test } from 'vitest';
import { isEnded, type State } from '../../src/core/state.ts';
import { seeded } from './given.ts';
import { Work } from './work.ts';

/** Seeds stand in the names of the tests; MCC_SEED adds one. */
const seeds = [
  ...Array.from({ length: 12 }, (_, seed) => seed + 1),
  ...(process.env.MCC_SEED ? [Number(process.env.MCC_SEED)] : []),
];

/** What must hold in every state of a team at work. */
function holds(state: State): void {
  const inHand = Object.values(state.tasks).filter(
    ({ kind, status }) =>
      kind === 'work' && ['assigned', 'working', 'submitted', 'approved'].includes(status),
  );
  const agents = inHand.map(({ agent }) => agent);
  expect(new Set(agents).size, `one task an agent: ${agents.join(', ')}`).toBe(agents.length);
  for (const { id, status, approval, commit, agent } of Object.values(state.tasks)) {
    if (status !== 'approved' && status !== 'merged') continue;
    expect(approval?.commit, `${id} is approved at what was submitted`).toBe(commit);
    expect(approval?.by, `${id} was not approved by its author`).not.toBe(`agent:${agent}`);
  }
}

describe.each(seeds)('a team at work, with crashes and changes of mind (seed %i)', (seed) => {
  test('ends every task once everybody does what they are told', () => {
    const work = new Work(seeded(seed));
    const story: string[] = [];
    try {
      for (let step = 0; step < 300; step += 1) {
        story.push(work.step());
        holds(work.it.state);
      }
      work.calm = true;
      for (let step = 0; step < 5_000 && !work.still; step += 1) {
        story.push(work.step());
        holds(work.it.state);
      }
      const left = Object.values(work.it.state.tasks).filter((task) => !isEnded(task));
      expect(left.map(({ id, kind, status, agent, held }) => ({ id, kind, status, agent, held }))).toEqual(
        [],
      );
      expect(work.waiting).toEqual([]);
      expect(work.still).toBe(true);
    } catch (error) {
      console.error(`the last of ${story.length} steps:\n${story.slice(-40).join('\n')}`);
      throw error;
    }
  });
});
