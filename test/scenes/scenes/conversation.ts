import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../actor.ts';
import type { Scene } from '../scene.ts';

/** What happens to the conversation as a whole. */

async function turn(it: Actor, prompt: string, answer: string): Promise<void> {
  (await it.works(prompt)).say(answer);
  await it.shows(answer);
  await it.is('idle', 'the turn ended');
}

/** The transcripts of its conversations. */
function transcripts(it: Actor): string[] {
  const folder = join(it.project.root, '.mcc/sessions', it.name, 'config/projects');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name));
}

/** Ends its session, does something, and starts it again. */
async function again(it: Actor, between: () => void = () => {}): Promise<void> {
  const before = it.agent?.session?.id;
  await it.project.command('agent', 'stop', it.name);
  await it.until('it has ended', () => it.agent?.session?.exit);
  await it.is('exited', 'its session was ended');
  between();
  await it.project.command('agent', 'start', it.name);
  it.truths.push('starting');
  await it.until('a new session', () => it.agent?.session?.id !== before);
  await it.until('it is drawn', () => it.project.text(it.name).includes('Claude Code'));
  await it.composes();
  await it.is('idle', 'its composer is there');
}

export const conversation: Scene[] = [
  {
    name: '/clear',
    async play(it) {
      await it.starts();
      await turn(it, 'first things first', 'A first answer.');
      await it.prompts('/clear');
      it.passes('working');
      await it.hides('A first answer.');
      await it.composes();
      await it.is('idle', 'the conversation was cleared');
      const next = await it.works('and now for something else');
      it.check('nothing is left of it', !JSON.stringify(next.turn.said).includes('first things first'));
      next.say('A second answer.');
      await it.shows('A second answer.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: '/compact',
    async play(it) {
      await it.starts();
      // Older versions compact nothing that is shorter.
      for (const count of ['first', 'second', 'third'])
        await turn(it, `the ${count} thing`, `A ${count} answer.`);
      await it.prompts('/compact');
      const summary = await it.errand();
      await it.is('working', 'the conversation is compacted');
      summary.say('<summary>They said three things.</summary>');
      await it.hides(/Compacting/);
      await it.composes();
      await it.is('idle', 'it was compacted');
      await turn(it, 'a fourth thing', 'A fourth answer.');
    },
  },
  {
    name: 'the conversation is compacted by itself',
    // Older versions do not do it with this model.
    on: ({ version }) => Number(version.split('.')[2]) > 300,
    async play(it) {
      await it.starts();
      for (const count of ['first', 'second']) await turn(it, `the ${count} thing`, `A ${count} answer.`);
      // More than any model takes: before the next request it must be made shorter.
      const full = await it.works('the third thing');
      full.answer([{ type: 'text', text: 'A third answer.', tokens: 995_000 }]);
      await it.shows('A third answer.');
      await it.is('idle', 'the turn ended');
      await it.prompts('the fourth thing');
      const summary = await it.errand();
      await it.is('working', 'the conversation is compacted');
      summary.say('<summary>They said three things.</summary>');
      const next = await it.asked();
      await it.is('working', 'the turn goes on');
      next.say('A fourth answer.');
      await it.shows('A fourth answer.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'stopped and started: the conversation goes on',
    async play(it) {
      await it.starts();
      await turn(it, 'the name is parrot', 'A first answer.');
      await again(it);
      const next = await it.works('what was the name?');
      it.check('it remembers', next.turn.said.join('\n').includes('the name is parrot'));
      next.say('It was parrot.');
      await it.shows('It was parrot.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'started again without its transcript',
    async play(it) {
      await it.starts();
      await turn(it, 'the name is parrot', 'A first answer.');
      await again(it, () => {
        for (const path of transcripts(it)) rmSync(path);
      });
      await turn(it, 'begin anew', 'A new answer.');
    },
  },
  {
    name: 'started again with a corrupt transcript',
    async play(it) {
      await it.starts();
      await turn(it, 'the name is parrot', 'A first answer.');
      await again(it, () => {
        for (const path of transcripts(it)) writeFileSync(path, '\x00\xff{"type":"user","mess\n'.repeat(50));
      });
      await turn(it, 'begin anew', 'A new answer.');
    },
  },
];
