import type { Scene } from '../scene.ts';

/** What stands on the screen and is not what it looks like; what the person has typed and not sent. */
const dialog = [
  'Claude will then ask you this:',
  '',
  '```',
  '────────────────────────────────────────────────────────────',
  ' Bash command',
  '   rm -rf build',
  ' Do you want to proceed?',
  ' ❯ 1. Yes',
  '   2. No',
  '',
  ' Esc to cancel · Tab to amend',
  '```',
].join('\n');
const composer = [
  'The composer looks like this:',
  '',
  '```',
  '────────────────────────────────────────────────────────────',
  '❯ my draft',
  '────────────────────────────────────────────────────────────',
  '  ⏸ manual mode on · esc to interrupt',
  '```',
].join('\n');

export const composers: Scene[] = [
  ...[
    { name: 'prose that quotes a dialog', text: dialog, last: 'Esc to cancel' },
    { name: 'prose that quotes a composer and a spinner', text: composer, last: 'esc to interrupt' },
  ].map(
    ({ name, text, last }): Scene => ({
      name,
      async play(it) {
        await it.starts();
        (await it.works()).say(text);
        await it.shows(last);
        await it.is('idle', 'the turn ended');
        await it.still(600);
        await it.is('idle', 'and it stays so');
        const id = await it.project.send(it.name, 'are you there?');
        const next = await it.asked();
        it.check('a message reaches it', next.turn.prompt.includes('are you there?'));
        await it.is('working', 'it works on a message');
        next.say('Yes, here.');
        await it.shows('Yes, here.');
        await it.is('idle', 'the turn ended');
        it.check('the message was handed over', it.project.state.posts[id]?.receipt !== 'queued');
      },
    }),
  ),
  {
    name: 'the person types a draft, a message waits for it',
    async play(it) {
      await it.starts();
      it.type('half a thought');
      await it.shows('half a thought');
      await it.is('idle', 'a draft stands there');
      const id = await it.project.send(it.name, 'a message beside the draft');
      await it.until('it says why it waits', () => it.project.state.posts[id]?.held?.includes('draft'));
      it.check('the draft is as it was', /❯\s+half a thought\s*\n/.test(it.project.text(it.name)));
      await it.is('idle', 'draft and message wait');
      it.type(' and the rest of it');
      await it.shows('and the rest of it');
      await it.still();
      it.type('\r');
      const first = await it.asked();
      it.check(
        'the draft came alone',
        first.turn.prompt.trim() === 'half a thought and the rest of it',
        first.turn.prompt,
      );
      await it.is('working', 'the draft was sent');
      first.say('A thought.');
      const second = await it.asked();
      it.check('then the message', second.turn.prompt.includes('a message beside the draft'));
      await it.is('working', 'the message came at the end of the turn');
      second.say('A message.');
      await it.shows('A message.');
      await it.is('idle', 'both are done');
    },
  },
  {
    name: 'a draft is taken back, the message comes',
    async play(it) {
      await it.starts();
      it.type('never mind');
      await it.shows('never mind');
      const id = await it.project.send(it.name, 'after the draft');
      await it.until('it says why it waits', () => it.project.state.posts[id]?.held);
      it.type('\x15');
      await it.hides('never mind');
      const asked = await it.asked();
      it.check(
        'it came whole and alone',
        asked.turn.prompt.includes('after the draft') && !asked.turn.prompt.includes('never mind'),
        asked.turn.prompt,
      );
      await it.is('working', 'the message came');
      asked.say('Heard.');
      await it.shows('Heard.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'a paste of many lines',
    async play(it) {
      await it.starts();
      it.type(`\x1b[200~${Array.from({ length: 30 }, (_, at) => `line ${at + 1}`).join('\n')}\x1b[201~`);
      await it.shows(/Pasted|line 30/);
      await it.still();
      await it.is('idle', 'the paste stands in the composer');
      it.type('\r');
      const asked = await it.asked();
      it.check('all of it came', /line 1\n[\s\S]*line 30/.test(asked.turn.prompt));
      await it.is('working', 'it was sent');
      asked.say('Many lines.');
      await it.shows('Many lines.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'a prompt of two lines',
    async play(it) {
      await it.starts();
      it.type('one line');
      await it.shows('one line');
      it.type('\n');
      it.type('and another');
      await it.shows('and another');
      await it.still();
      await it.is('idle', 'two lines stand in the composer');
      it.type('\r');
      const asked = await it.asked();
      it.check('both came', asked.turn.prompt.includes('one line\nand another'), asked.turn.prompt);
      await it.is('working', 'it was sent');
      asked.say('Two lines.');
      await it.shows('Two lines.');
      await it.is('idle', 'the turn ended');
    },
  },
  {
    name: 'a whole turn in a pane of 40 columns',
    async play(it) {
      await it.starts();
      it.project.resize(it.name, 40, 24);
      await it.composes();
      (await it.works('go')).say('A first answer that is long enough to be wrapped more than once in here.');
      await it.shows('A first answer');
      await it.is('idle', 'the turn ended');
      const id = await it.project.send(it.name, 'a message');
      const next = await it.asked();
      await it.is('working', 'a message was typed into the narrow pane');
      next.say('Heard.');
      await it.shows('Heard.');
      await it.is('idle', 'the turn ended');
      it.check('it was handed over', it.project.state.posts[id]?.receipt !== 'queued');
    },
  },
];

/** The renderer on the alternate screen. */
export const fullscreen = (binary: string): Scene[] => [
  {
    name: 'a turn with a dialog in the fullscreen renderer',
    spec: { command: ['env', 'CLAUDE_CODE_NO_FLICKER=1', binary] },
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', { command: 'touch made.txt', description: 'Make a file' });
      await it.shows('Do you want to proceed?');
      await it.is('needs-you', 'the dialog is open', /permission: Bash touch made\.txt/);
      await it.reads();
      it.type('1');
      const next = await it.asked();
      await it.is('working', 'it was allowed');
      next.say('Made.');
      await it.shows('Made.');
      await it.is('idle', 'the turn ended');
      await it.project.send(it.name, 'a message');
      const last = await it.asked();
      it.check('a message reaches it', last.turn.prompt.includes('a message'));
      await it.is('working', 'a message was typed');
      last.say('Heard.');
      await it.shows('Heard.');
      await it.is('idle', 'the turn ended');
    },
  },
];
