import type { Actor } from '../actor.ts';
import type { Scene } from '../scene.ts';

/** Sessions, supervisors and screens that end. */

const pidOf = (it: Actor): number => it.agent?.session?.pid ?? 0;

/** Kills the CLI as the kernel does when memory runs out. */
async function kill(it: Actor): Promise<void> {
  const { session } = it.agent ?? {};
  process.kill(pidOf(it), 'SIGKILL');
  await it.until('its end is known', () => it.agent?.session?.exit);
  it.forgets();
  await it.is('crashed', 'it was killed');
  it.truths.push('starting');
  await it.until('it is started again', () => it.agent?.session && it.agent.session.id !== session?.id);
  await it.shows('Claude Code');
  await it.composes();
  await it.is('idle', 'its composer is there again');
}

async function answers(it: Actor, prompt: string): Promise<void> {
  (await it.works(prompt)).say('Here I am.');
  await it.shows('Here I am.');
  await it.is('idle', 'the turn ended');
}

export const ends: Scene[] = [
  {
    name: '/exit',
    async play(it) {
      await it.starts();
      await it.prompts('/exit');
      await it.until('it has ended', () => it.agent?.session?.exit);
      await it.is('exited', 'it was told to leave');
    },
  },
  {
    name: 'Ctrl-C twice',
    async play(it) {
      await it.starts();
      it.type('\x03');
      // The second counts only right after the first.
      it.type('\x03');
      await it.until('it has ended', () => it.agent?.session?.exit);
      await it.is('exited', 'it was left');
    },
  },
  {
    name: 'kill -9 of an idle CLI',
    async play(it) {
      await it.starts();
      await kill(it);
      await answers(it, 'are you there?');
    },
  },
  {
    name: 'kill -9 in the middle of a turn',
    async play(it) {
      await it.starts();
      await answers(it, 'remember the parrot');
      (await it.works()).begin(`Half of it. ${'word '.repeat(40)} The end.`);
      await it.shows('Half of it.');
      await kill(it);
      const next = await it.works('go on');
      it.check('it has its conversation', next.turn.said.join('\n').includes('remember the parrot'));
      next.say('On it goes.');
      await it.shows('On it goes.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'kill -9 while a dialog is open',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', { command: 'touch made.txt', description: 'Make a file' });
      await it.shows('Do you want to proceed?');
      await it.is('needs-you', 'the dialog is open', /permission: Bash/);
      await kill(it);
      const left = Object.values(it.project.state.permissions).filter(({ agent }) => agent === it.name);
      it.check('nobody is asked any more', left.length === 0, JSON.stringify(left));
    },
  },
  {
    name: 'stopped in the middle of a turn',
    async play(it) {
      await it.starts();
      await it.works();
      await it.project.command('agent', 'stop', it.name);
      await it.until('it has ended', () => it.agent?.session?.exit);
      await it.is('exited', 'it was stopped');
    },
  },
  {
    name: 'a CLI that ends at each start',
    spec: { command: ['sh', '-c', 'exit 3'] },
    async play(it) {
      await it.project.command('agent', 'start', it.name);
      it.truths.push('starting');
      for (const attempt of ['first', 'second', 'third', 'last']) {
        await it.until(
          `the ${attempt} crash`,
          () => (it.agent?.crashes ?? 0) > ['first', 'second', 'third', 'last'].indexOf(attempt),
        );
        await it.is('crashed', `the ${attempt} crash`, /code 3/);
        if (attempt !== 'last') it.passes('starting');
      }
      await it.until('it is tried no more', () => it.agent?.crashes === 4);
    },
  },
  {
    name: 'kill -9 of the supervisor in the middle of a turn, taken over',
    alone: true,
    on: ({ host }) => host === 'tmux',
    async play(it) {
      await it.starts();
      const pid = pidOf(it);
      const asked = await it.works();
      await it.project.killSupervisor();
      await it.project.up();
      await it.is('working', 'the turn went on without a supervisor');
      it.check('it is the same process', pidOf(it) === pid);
      asked.say('Nothing happened.');
      await it.shows('Nothing happened.');
      await it.is('idle', 'the turn ended');
      await answers(it, 'and now?');
    },
  },
  {
    name: 'a turn ends while no supervisor is there, taken over',
    alone: true,
    on: ({ host }) => host === 'tmux',
    async play(it) {
      await it.starts();
      const asked = await it.works();
      await it.project.killSupervisor();
      asked.say('Nobody hears this.');
      await it.project.up();
      await it.shows('Nobody hears this.');
      await it.is('idle', 'the turn ended meanwhile');
      await answers(it, 'and now?');
    },
  },
  {
    name: 'kill -9 of the supervisor while a dialog is open, taken over',
    alone: true,
    on: ({ host }) => host === 'tmux',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', { command: 'touch made.txt', description: 'Make a file' });
      await it.shows('Do you want to proceed?');
      await it.is('needs-you', 'the dialog is open', /permission: Bash/);
      await it.project.killSupervisor();
      await it.project.up();
      await it.shows('Do you want to proceed?');
      await it.is('needs-you', 'the dialog is still open');
      await it.reads();
      it.type('1');
      const next = await it.asked();
      await it.is('working', 'it was allowed');
      next.say('Made.');
      await it.shows('Made.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'kill -9 of the supervisor while its pane has no keyboard, taken over',
    alone: true,
    on: ({ host }) => host === 'tmux',
    async play(it) {
      await it.starts();
      // As the screen tells it when another pane is focused: it hides its cursor.
      it.type('\x1b[O');
      await it.still();
      await it.project.killSupervisor();
      await it.project.up();
      await it.is('idle', 'it was taken over');
      await it.project.send(it.name, 'are you there?');
      const asked = await it.asked();
      it.check('the message came', asked.turn.prompt.includes('are you there?'));
      await it.is('working', 'it works on the message');
      asked.say('Here I am.');
      await it.shows('Here I am.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'kill -9 of the supervisor in the middle of a turn, resumed',
    alone: true,
    on: ({ host }) => host === 'pty',
    async play(it) {
      await it.starts();
      await answers(it, 'remember the parrot');
      await it.works();
      await it.project.killSupervisor();
      await it.project.up();
      // The log says what became of it before it is started again.
      it.passes('exited');
      it.truths.push('starting');
      await it.composes();
      await it.is('idle', 'its composer is there again');
      const next = await it.works('go on');
      it.check('it has its conversation', next.turn.said.join('\n').includes('remember the parrot'));
      next.say('On it goes.');
      await it.shows('On it goes.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'kill -9 of the screen in the middle of a turn',
    alone: true,
    async play(it) {
      await it.starts();
      const { screen, terminal } = it.project.sit();
      await it.until('the screen shows it', () => screen.text().join('\n').includes('idle'));
      const asked = await it.works();
      terminal.kill('SIGKILL');
      await it.is('working', 'the screen is gone');
      asked.say('Nothing happened.');
      await it.shows('Nothing happened.');
      await it.is('idle', 'the turn ended');
    },
  },
];
