import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Actor, Asked } from '../actor.ts';
import type { Scene } from '../scene.ts';

/** A person is asked: by a tool, a question, a plan or the CLI itself. */

/** Its dialog is open and has been read: newer versions ignore keys for a moment. */
async function opened(it: Actor, what: string | RegExp, reason: RegExp): Promise<void> {
  await it.shows(what);
  await it.is('needs-you', 'the dialog is open', reason);
  await it.reads();
}

/** The turn goes on and ends. */
async function ends(it: Actor, next?: Asked): Promise<void> {
  const asked = next ?? (await it.asked());
  await it.is('working', 'the model is asked again');
  asked.say('All done.');
  await it.shows('All done.');
  await it.is('idle', 'the turn ended');
}

const touch = { command: 'touch made.txt', description: 'Make a file' };
const ask = (question: string) => ({
  questions: [
    {
      question,
      header: 'Colour',
      multiSelect: false,
      options: [
        { label: 'Red', description: 'warm' },
        { label: 'Blue', description: 'cold' },
      ],
    },
  ],
});

export const dialogs: Scene[] = [
  {
    name: 'Bash asks, mcc allow',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      await opened(it, 'Do you want to proceed?', /permission: Bash touch made\.txt/);
      await it.project.command('allow', it.name);
      const next = await it.asked();
      it.check('the file is there', existsSync(join(it.worktree, 'made.txt')));
      await ends(it, next);
    },
  },
  {
    name: 'Bash asks, a key in the pane',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      await opened(it, 'Do you want to proceed?', /permission: Bash touch made\.txt/);
      it.type('1');
      await ends(it);
    },
  },
  {
    name: 'Write asks, mcc deny with a reason',
    async play(it) {
      await it.starts();
      (await it.works()).use('Write', { file_path: join(it.worktree, 'new.txt'), content: 'new\n' });
      await opened(it, 'Do you want to create new.txt?', /permission: Write .*new\.txt/);
      await it.project.command('deny', it.name, '--reason', 'not that one');
      const next = await it.asked();
      it.check('the reason arrived', JSON.stringify(next.turn.results).includes('not that one'));
      it.check('nothing was written', !existsSync(join(it.worktree, 'new.txt')));
      await ends(it, next);
    },
  },
  {
    name: 'Edit asks, mcc allow',
    async play(it) {
      await it.starts();
      const path = join(it.worktree, 'README.md');
      (await it.works()).use('Read', { file_path: path });
      const read = await it.asked();
      await it.is('working', 'it has read the file');
      read.use('Edit', { file_path: path, old_string: 'two lines', new_string: 'a new line' });
      await opened(it, /Do you want to make this edit/, /permission: Edit .*README\.md/);
      await it.project.command('allow', it.name);
      const next = await it.asked();
      it.check('it is edited', readFileSync(path, 'utf8').includes('a new line'));
      await ends(it, next);
    },
  },
  {
    name: 'WebFetch asks, Escape',
    async play(it) {
      await it.starts();
      (await it.works()).use('WebFetch', { url: 'http://127.0.0.1:9/page', prompt: 'What does it say?' });
      await opened(it, /Do you want to allow Claude to fetch|Do you want to/, /permission: WebFetch/);
      it.type('\x1b');
      await it.composes();
      await it.is('idle', 'the dialog was refused');
    },
  },
  {
    name: 'a tool of an MCP server asks, mcc allow',
    spec: {
      mcp_servers: {
        lab: {
          command: process.execPath,
          args: [resolve('test/claude/tools.mjs'), 'mcp'],
          alwaysLoad: true,
        },
      },
    },
    async play(it) {
      await it.starts();
      const asked = await it.works();
      it.check('the tool is offered', asked.turn.tools.includes('mcp__lab__send'));
      asked.use('mcp__lab__send', { to: 'anybody' });
      await opened(it, 'Do you want to proceed?', /permission: mcp__lab__send/);
      await it.project.command('allow', it.name);
      await ends(it);
    },
  },
  {
    name: 'a rule allows what Bash asks',
    spec: { permissions: { allow: ['Bash(touch made*)'] } },
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      const next = await it.asked();
      it.check('the file is there', existsSync(join(it.worktree, 'made.txt')));
      await ends(it, next);
    },
  },
  {
    name: 'a rule denies what Bash asks',
    spec: { permissions: { deny: ['Bash(touch*)'] } },
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      const next = await it.asked();
      it.check('nothing was made', !existsSync(join(it.worktree, 'made.txt')));
      await ends(it, next);
    },
  },
  {
    name: 'Escape in a permission dialog',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      await opened(it, 'Do you want to proceed?', /permission: Bash/);
      it.type('\x1b');
      await it.hides('Do you want to proceed?');
      await it.is('idle', 'the dialog was refused');
      const next = await it.works('something else');
      await ends(it, next);
    },
  },
  {
    name: 'two permissions, one after the other',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      await opened(it, 'touch made.txt', /permission: Bash touch made\.txt/);
      await it.project.command('allow', it.name);
      const second = await it.asked();
      await it.is('working', 'the first was allowed');
      second.use('Bash', { command: 'touch more.txt', description: 'Make another' });
      await it.shows(/touch more\.txt[\s\S]*Do you want to proceed\?/);
      await it.is('needs-you', 'the second dialog is open', /permission: Bash touch more\.txt/);
      await it.reads();
      it.type('1');
      await ends(it);
    },
  },
  {
    name: 'a question with options, answered by a key',
    async play(it) {
      await it.starts();
      (await it.works()).use('AskUserQuestion', ask('Which colour?'));
      await opened(it, /Which colour\?[\s\S]*Blue/, /question: Which colour\?/);
      it.type('2');
      const next = await it.asked();
      it.check('the answer arrived', JSON.stringify(next.turn.results).includes('Blue'));
      await ends(it, next);
    },
  },
  {
    name: 'a question with options, Escape',
    async play(it) {
      await it.starts();
      (await it.works()).use('AskUserQuestion', ask('Which colour?'));
      await opened(it, /Which colour\?[\s\S]*Blue/, /question: Which colour\?/);
      it.type('\x1b');
      await it.composes();
      await it.is('idle', 'the question was refused');
    },
  },
  {
    name: 'a plan, approved by a key',
    spec: { permission_mode: 'plan' },
    async play(it) {
      await it.starts();
      (await it.works()).use('ExitPlanMode', { plan: '1. Make a file.\n2. Be glad.' });
      await opened(it, /(Would you like to proceed|Ready to code|Exit plan mode)/, /plan/);
      it.type('\r');
      await ends(it);
    },
  },
  {
    name: 'a plan, refused by Escape',
    spec: { permission_mode: 'plan' },
    async play(it) {
      await it.starts();
      (await it.works()).use('ExitPlanMode', { plan: '1. Make a file.\n2. Be glad.' });
      await opened(it, /(Would you like to proceed|Ready to code|Exit plan mode)/, /plan/);
      it.type('\x1b');
      await it.hides(/(Would you like to proceed|Ready to code|Exit plan mode)/);
      await it.is('idle', 'the plan was refused');
    },
  },
  {
    name: 'the trust dialog at the start',
    before: (agent, project) => {
      const config = join(project.root, '.mcc/sessions', agent, 'config');
      mkdirSync(config, { recursive: true });
      const key = project.env.ANTHROPIC_API_KEY ?? '';
      writeFileSync(
        join(config, '.claude.json'),
        JSON.stringify({
          hasCompletedOnboarding: true,
          customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
        }),
      );
    },
    async play(it) {
      it.project.watch(it.name);
      await it.project.command('agent', 'start', it.name);
      it.truths.push('starting');
      await it.shows(/trust/i);
      await it.is('needs-you', 'the trust dialog is open', /trust/i);
      await it.reads();
      // Older versions choose Yes, newer ones No.
      await it.shows(/❯ (\d\. )?(Yes|No)/);
      const yes = /❯ (\d\. )?Yes/;
      if (!yes.test(it.project.text(it.name))) it.type('\x1b[B');
      await it.shows(yes);
      it.type('\r');
      it.passes('starting');
      await it.composes();
      await it.is('idle', 'its composer is there');
    },
  },
  {
    name: 'a dialog in a pane of 40 columns',
    async play(it) {
      await it.starts();
      it.project.resize(it.name, 40, 24);
      await it.composes();
      await it.is('idle', 'the pane is narrow');
      (await it.works('go')).use('Bash', touch);
      await opened(it, /Do you want to\s+proceed\?/, /permission: Bash touch made\.txt/);
      await it.project.command('allow', it.name);
      await ends(it);
    },
  },
  {
    name: 'the pane changes its size while a dialog is open',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      await opened(it, 'Do you want to proceed?', /permission: Bash touch made\.txt/);
      for (const [cols, rows] of [
        [60, 20],
        [42, 12],
        [140, 40],
      ] as const) {
        it.project.resize(it.name, cols, rows);
        await it.until('it is drawn at that size', () => it.project.screens.get(it.name)?.size.cols === cols);
        await it.still();
        await it.is('needs-you', `at ${cols}×${rows}`, /permission: Bash touch made\.txt/);
      }
      it.type('1');
      await ends(it);
    },
  },
  {
    name: 'a message comes while a dialog is open',
    async play(it) {
      await it.starts();
      (await it.works()).use('Bash', touch);
      await opened(it, 'Do you want to proceed?', /permission: Bash/);
      const id = await it.project.send(it.name, 'beside the dialog');
      await it.until('it says why it waits', () => it.project.state.posts[id]?.held);
      await it.is('needs-you', 'a message waits', /permission: Bash/);
      it.check('the dialog was not answered', !existsSync(join(it.worktree, 'made.txt')));
      await it.project.command('allow', it.name);
      const next = await it.asked();
      await it.is('working', 'the tool ran');
      next.say('Made it.');
      const more = await it.asked();
      it.check('the message came at the end of the turn', more.turn.prompt.includes('beside the dialog'));
      await it.is('working', 'the message is worked on');
      more.say('Heard it.');
      await it.shows('Heard it.');
      await it.is('idle', 'the turn ended');
    },
  },
];
