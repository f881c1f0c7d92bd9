import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from '../scene.ts';

/** A command that says that it runs, and ends when there is a file `go`. */
const waits = 'touch runs; until test -e go; do sleep 0.1; done';

/** Turns as they come and go without anybody being asked. */
export const turns: Scene[] = [
  {
    name: 'start, one prompt, one answer',
    async play(it) {
      await it.starts();
      const asked = await it.works();
      asked.say('Done.');
      await it.shows('Done.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'a tool that takes long',
    spec: { allowed_tools: ['Bash'] },
    async play(it) {
      await it.starts();
      const asked = await it.works();
      asked.use('Bash', { command: waits, description: 'Wait for the file' });
      await it.until('the tool runs', () => existsSync(join(it.worktree, 'runs')));
      await it.is('working', 'the tool runs');
      writeFileSync(join(it.worktree, 'go'), '');
      const next = await it.asked();
      await it.is('working', 'the model is asked again');
      next.say('It took its time.');
      await it.shows('It took its time.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'a model that answers slowly',
    async play(it) {
      await it.starts();
      const asked = await it.works();
      const text = asked.begin(`The first half of it. ${'word '.repeat(40)} The end of it.`);
      await it.shows('The first half of it.');
      await it.is('working', 'the answer is half there');
      text.finish();
      await it.shows('The end of it.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'a long answer',
    async play(it) {
      await it.starts();
      const asked = await it.works();
      asked.say(Array.from({ length: 400 }, (_, at) => `${at + 1}. a line of a long answer`).join('\n'));
      await it.shows('400. a line');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'Escape before the model says a word',
    async play(it) {
      await it.starts();
      await it.works();
      it.type('\x1b');
      // The prompt is back in the composer, or stands there as interrupted.
      await it.shows(/^❯\s+please go on\s*\n─|Interrupted/m);
      await it.is('idle', 'the turn was taken back');
    },
  },
  {
    name: 'Escape in the middle of an answer',
    async play(it) {
      await it.starts();
      const first = await it.works();
      first.begin(`The first half of it. ${'word '.repeat(40)} The end of it.`);
      await it.shows('The first half of it.');
      it.type('\x1b');
      await it.shows(/Interrupted/);
      await it.is('idle', 'the turn was interrupted');
      const asked = await it.works('another thing');
      asked.say('Another answer.');
      await it.shows('Another answer.');
      await it.is('idle', 'the turn after it ended');
    },
  },
  {
    name: 'Escape while a tool runs',
    spec: { allowed_tools: ['Bash'] },
    async play(it) {
      await it.starts();
      const asked = await it.works();
      asked.use('Bash', { command: waits, description: 'Wait for the file' });
      await it.until('the tool runs', () => existsSync(join(it.worktree, 'runs')));
      await it.is('working', 'the tool runs');
      it.type('\x1b');
      await it.shows(/Interrupted|interrupted/);
      await it.is('idle', 'the tool was interrupted');
    },
  },
  {
    name: 'a prompt queued while it works',
    async play(it) {
      await it.starts();
      const asked = await it.works();
      await it.prompts('and one thing more');
      await it.is('working', 'a prompt is queued');
      asked.say('First.');
      // The first turn ends before the second begins.
      it.passes('idle');
      const next = await it.asked();
      it.check('the queued prompt came', next.turn.said.join('\n').includes('and one thing more'));
      await it.is('working', 'the queued prompt is worked on');
      next.say('Second.');
      await it.shows('Second.');
      await it.is('idle', 'both turns ended');
    },
  },
];
