import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asked } from '../actor.ts';
import type { Scene } from '../scene.ts';

/** Work that goes on beside the turn, and turns that go on by themselves. */
const waits = 'touch runs; until test -e go; do sleep 0.1; done';
const delegate = (asked: Asked): void => {
  const name = asked.turn.tools.includes('Agent') ? 'Agent' : 'Task';
  asked.use(name, {
    description: 'Look around',
    prompt: 'Look around and tell.',
    subagent_type: 'general-purpose',
  });
};

export const background: Scene[] = [
  {
    name: 'a subagent',
    async play(it, { version }) {
      await it.starts();
      delegate(await it.works());
      const inner = await it.asked({ subagent: true });
      if (isAsync(version)) {
        const outer = await it.asked();
        await it.is('working', 'both are at work');
        outer.say('It looks around.');
        await it.shows('It looks around.');
        await it.is('background', 'the turn ended, the subagent works on');
      } else await it.is('working', 'the subagent works');
      inner.say('I looked around.');
      const next = await it.asked();
      await it.is('working', 'the subagent has told');
      next.say('It has looked around.');
      await it.shows('It has looked around.');
      await it.is('idle', 'all of it ended');
    },
  },
  {
    name: 'a shell in the background',
    spec: { allowed_tools: ['Bash'] },
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', { command: waits, description: 'Wait', run_in_background: true });
      const next = await it.asked();
      await it.until('the shell runs', () => existsSync(join(it.worktree, 'runs')));
      await it.is('working', 'the shell runs, and the turn goes on');
      next.say('It runs on.');
      await it.shows('It runs on.');
      await it.is('background', 'the turn ended, the shell runs on');
      writeFileSync(join(it.worktree, 'go'), '');
      // The CLI tells the model that it ended.
      const told = await it.asked();
      await it.is('working', 'the model is told of its end');
      told.say('It has ended.');
      await it.shows('It has ended.');
      await it.is('idle', 'all of it ended');
    },
  },
  {
    name: 'a message at the end of a turn',
    async play(it) {
      await it.starts();
      const asked = await it.works();
      const id = await it.project.send(it.name, 'one thing more');
      await it.is('working', 'a message waits');
      asked.say('First thing done.');
      const next = await it.asked();
      it.check('it came by the hook', next.turn.prompt.includes('one thing more'), next.turn.prompt);
      await it.is('working', 'the turn goes on with the message');
      next.say('That too.');
      await it.shows('That too.');
      await it.is('idle', 'the turn ended');
      await it.until('it is accepted', () =>
        ['accepted', 'answered'].includes(it.project.state.posts[id]?.receipt ?? ''),
      );
    },
  },
  {
    name: 'three messages to an idle agent',
    async play(it) {
      await it.starts();
      await it.project.send(it.name, 'number one');
      await it.project.send(it.name, 'number two');
      await it.project.send(it.name, 'number three');
      const seen: string[] = [];
      const count = () => seen.join('\n').match(/number (one|two|three)/g)?.length ?? 0;
      while (count() < 3) {
        const asked = await it.asked();
        await it.is('working', 'a message is worked on');
        seen.push(asked.turn.prompt);
        asked.say('Noted.');
      }
      await it.is('idle', 'all of them are done');
      it.check(
        'each came once, in order',
        (seen.join('\n').match(/number \w+/g) ?? []).join() === 'number one,number two,number three',
        seen.join('\n'),
      );
    },
  },
];

/** Newer versions let the turn end while a subagent works (since some version behind 2.1.197). */
const isAsync = (version: string): boolean => Number(version.split('.')[2]) > 300;
