import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab, type Session, version } from './lab.ts';
import { playModel, say, use } from './model.ts';

/**
 * Records what the screen of the installed CLI looks like in each state, as fixtures for the composer's proof:
 * `MCC_CLAUDE=… node test/claude/record.ts` writes test/fixtures/claude/<version>/<state>.<cols>x<rows>.ansi.
 */
const folder = join(import.meta.dirname, '../fixtures/claude', version);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

let release = () => {};
const model = await playModel(async ({ prompt, results }) => {
  if (results.length > 0) return [say('Finished.')];
  if (prompt.includes('@wait')) await new Promise<void>((done) => (release = done));
  if (prompt.includes('@bash'))
    return [use('Bash', { command: 'touch made-by-bash', description: 'Make a file' })];
  if (prompt.includes('@write'))
    return [use('Write', { file_path: join(lab.root, 'worktrees/backend/a.txt'), content: 'hi\n' })];
  if (prompt.includes('@ask'))
    return [
      use('AskUserQuestion', {
        questions: [
          {
            question: 'Which colour?',
            header: 'Colour',
            multiSelect: false,
            options: [
              { label: 'Red', description: 'warm' },
              { label: 'Blue', description: 'cold' },
            ],
          },
        ],
      }),
    ];
  if (prompt.includes('@long'))
    return [say(Array.from({ length: 40 }, (_, i) => `${i + 1}. a line of an answer`).join('\n'))];
  return [say('Hello.')];
});
const lab = await Lab.open();
const input = lab.input({ base: model.url });
let session: Session;
let size = { cols: 100, rows: 30 };

const settled = () => session.settled(400);
const save = async (state: string) => {
  await settled();
  writeFileSync(join(folder, `${state}.${size.cols}x${size.rows}.ansi`), session.picture());
  console.log(`== ${state}\n${session.text().join('\n').replace(/\n\n+/g, '\n\n')}\n`);
};
const status = (word: string) =>
  lab.until(`status ${word}`, () => lab.sessionFiles(input).at(-1)?.status === word);
const type = async (text: string) => {
  session.write(text);
  await settled();
};
const turn = async (text: string) => {
  await type(text);
  const stops = lab.bodies.filter((body) => body.hook_event_name === 'Stop').length;
  session.write('\r');
  return () =>
    lab.until(
      'the turn ends',
      () => lab.bodies.filter((body) => body.hook_event_name === 'Stop').length > stops,
    );
};

session = lab.start(input, size);
await status('idle');
await save('fresh');
await type('\x1b[O');
await save('unfocused');
await type('\x1b[I');
await type('half a thought');
await save('draft');
await type('\x01');
await save('draft-cursor-first');
await type('\x05');
await type('\n'.concat('and a second line'));
await save('draft-two-lines');
await type('\x15\x15\x15\x15');
await save('cleared');
await type('/');
await save('slash-menu');
await type('\x7f');
await type('!');
await save('bash-mode');
await type('\x7f');
await type('\x1b[200~one\ntwo\nthree\nfour\nfive\nsix\x1b[201~');
await save('draft-pasted');
await type('\x15\x15\x15\x15\x15\x15\x15');
await type('\x03');
await (await turn('hello'))();
await status('idle');
await save('after-turn');
const ended = await turn('@wait please');
await status('busy');
await save('working');
await type('a draft beside the work');
await save('working-draft');
session.write('\r');
await save('working-queued');
release();
await ended();
await status('idle');
await (await turn('@long'))();
await save('after-long-turn');
await turn('@bash');
await status('waiting');
await save('permission-pending');
await lab.until('the dialog', () => session.has('Do you want'));
await save('permission-bash');
session.write('\x1b');
await status('idle');
await save('after-refusal');
await turn('@write');
await lab.until('the dialog', () => session.has('Do you want'));
await save('permission-write');
session.write('\x1b');
await status('idle');
await turn('@ask');
await lab.until('the dialog', () => session.has('Which colour?') && session.has('Blue'));
await save('question');
session.write('\x1b');
await status('idle');
await type('/model');
session.write('\r');
await save('model-picker');
await type('\x1b');
await type('?');
await save('shortcuts');
await type('\x7f');
await type('\x0f');
await save('transcript');
await type('\x0f');
await type('\x12');
await save('history-search');
await type('\x1b');
await type('\x03');
await type('\x03'.slice(1));
await save('after-ctrl-c');
size = { cols: 58, rows: 14 };
session.resize(size.cols, size.rows);
await save('narrow');
await type('a draft that is long enough to be wrapped at this width, surely');
await save('narrow-draft');
await type('\x15\x15');
size = { cols: 28, rows: 9 };
session.resize(size.cols, size.rows);
await save('tiny');
size = { cols: 100, rows: 30 };
session.write('/exit');
await type('');
session.write('\r');
await session.exited;

// A session whose first-run questions nobody answered beforehand.
const bare = {
  ...input,
  config: join(input.folder, 'bare'),
  conversation: '22222222-2222-4222-8222-222222222222',
};
mkdirSync(bare.config, { recursive: true });
writeFileSync(join(bare.config, '.claude.json'), '{"hasCompletedOnboarding":true}');
session = lab.start(bare, size);
await lab.until('a dialog', () => session.has(/trust/i));
await save('trust');
await lab.close();
await model.close();
