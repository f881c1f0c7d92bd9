import { afterEach, expect, test } from 'vitest';
import { ApiError, say } from './model.ts';
import { Team } from './team.ts';

/** What no hook of the real CLIs tells: a turn that was interrupted, and one that the API refused. */
let team: Team | undefined;
let release = () => {};
afterEach(async () => {
  release();
  await team?.close();
  team = undefined;
});

/** What there is to see when it did not come about. */
const story = async (): Promise<string> =>
  [
    await team?.run('why', 'worker'),
    await team?.run('capture', 'worker'),
    ...(team?.events() ?? []).slice(-20).map((event) => JSON.stringify(event).slice(0, 250)),
  ].join('\n');

/** Whoever looks sees this of the agent. */
async function sees(status: string): Promise<any> {
  const end = Date.now() + 60_000;
  for (;;) {
    const { agents } = JSON.parse((await team?.run('status', '--json')) ?? '{}');
    const worker = agents?.find(({ name }: { name: string }) => name === 'worker');
    if (worker?.status === status) return worker;
    if (Date.now() > end) throw new Error(`waited for ${status}\n${await story()}`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

for (const kind of ['codex', 'gemini', 'opencode'] as const)
  test(`${kind}: it is idle again after its turn was ended by mcc, and after the API refused`, async () => {
    // A CLI may take seconds until it asks its model, and takes the key for the end of its turn only then.
    const { promise: asked, resolve: wasAsked } = Promise.withResolvers<void>();
    team = await Team.open(kind, {}, async ({ prompt }) => {
      if (prompt.includes('please wait')) {
        wasAsked();
        await new Promise<void>((done) => (release = done));
      }
      if (prompt.includes('please fail')) throw new ApiError(400, 'this is refused');
      return [say('Fine.')];
    });
    await team.run('up', '--headless');
    await sees('idle');
    await team.run('send', 'worker', 'please wait');
    const accepted = await team.event('message.accepted');
    await asked;
    await sees('working');
    await team.run('agent', 'interrupt', 'worker');
    const { outcome } = await team.event('agent.interrupted', () => true, accepted.seq);
    expect(outcome, await story()).toBe('its turn has ended');
    release();
    await sees('idle');
    const [sent] = /m-\w+/.exec(await team.run('send', 'worker', 'please fail')) ?? [];
    const failed = await team.event('message.accepted', ({ id }) => id === sent, accepted.seq);
    expect(failed.seq).toBeGreaterThan(accepted.seq);
    await sees('idle');
  });
