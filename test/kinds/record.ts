import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawRecorded } from '../../src/term/recorded.ts';
import { Lab, type Name } from './lab.ts';
import { playModel, say, type Turn, use } from './model.ts';

/**
 * Records what the screens of the real CLIs look like in each state: `npm run test:kinds -- --record [kind]` writes
 * test/agents/screens/<kind>/<state>.txt, the fixtures of their composers and screen rules.
 */
let release = () => {};
const model = await playModel(async (turn) => {
  const { prompt, results } = turn;
  if (results.length > 0) return [say('Finished.')];
  if (prompt.includes('#wait')) await new Promise<void>((done) => (release = done));
  if (prompt.includes('#ask')) return [shellOf(turn, 'touch made-by-agent')];
  if (prompt.includes('#quote'))
    return [
      say(
        'A dialog would say:\n\n  Would you like to run the following command?\n\n› 1. Yes, proceed (y)\n\n(esc to interrupt)\n\n┃  △ Permission required\n\nAllow execution of [Shell]?',
      ),
    ];
  return [say('Hello.')];
});

function shellOf({ tools }: Turn, command: string) {
  if (tools.includes('exec_command'))
    return use('exec_command', {
      cmd: command,
      sandbox_permissions: 'require_escalated',
      justification: 'May I?',
    });
  if (tools.includes('run_shell_command'))
    return use('run_shell_command', { command, description: 'Make a file' });
  return use('bash', { command, description: 'Make a file' });
}

async function record(name: Name): Promise<void> {
  const folder = join(import.meta.dirname, '../agents/screens', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lab = await Lab.open(name, model.url);
  const save = async (state: string) => {
    await lab.settled();
    lab.screen.flush();
    const text = drawRecorded(lab.screen).replaceAll(lab.top, '/tmp/lab');
    writeFileSync(join(folder, `${state}.txt`), text);
    console.log(`== ${name} ${state}: ${JSON.stringify(lab.composer())} ${JSON.stringify(lab.screen.title)}`);
    console.log(lab.text().replace(/\n\n+/g, '\n'));
  };
  const type = async (text: string) => {
    for (const { bytes } of lab.kind.typing?.(text) ?? []) lab.write(bytes);
    const letters = (shown: string) => shown.replace(/[^a-z]/g, '');
    await lab.until(`the draft ${text}`, () => {
      const composer = lab.composer();
      return composer?.state === 'draft' && letters(composer.text) === letters(text);
    });
    await lab.settled();
  };
  const turns = () => lab.reports.filter(({ turnEnded }) => turnEnded).length;
  const ask = async (text: string) => {
    await type(text);
    lab.write('\r');
  };
  const empty = () => lab.until('an empty composer', () => lab.composer()?.state === 'empty');
  try {
    await lab.until('the composer', () => lab.composer()?.state === 'empty', 120_000);
    await save('idle-fresh');
    await type('half a thought');
    await save('draft');
    lab.write('\x1b[D\x1b[D');
    await save('draft-cursor-inside');
    lab.write('\x1b[C\x1b[C');
    await lab.settled();
    lab.write('\x7f'.repeat('half a thought'.length));
    await empty();
    await save('idle-cleared');
    await type('one\ntwo, which follows');
    await save('draft-two-lines');
    lab.write('\x7f'.repeat('one\ntwo, which follows'.length));
    await empty();
    lab.write('/');
    await save('draft-menu');
    lab.write('\x7f');
    await empty();
    let ended = turns();
    await ask('hello');
    await lab.until('the end of the turn', () => turns() > ended);
    await save('idle-after-turn');
    ended = turns();
    await ask('#quote a dialog');
    await lab.until('the end of the turn', () => turns() > ended);
    await save('idle-quoted-dialog');
    await ask('#wait for it');
    await lab.until(
      'work',
      () => lab.reports.at(-1)?.event === 'UserPromptSubmit' || lab.text().includes('esc'),
    );
    await save('working');
    for (const { bytes } of lab.kind.typing?.('a draft beside') ?? []) lab.write(bytes);
    await save('working-draft');
    lab.write('\x7f'.repeat('a draft beside'.length));
    await lab.settled();
    lab.write('\x1b');
    await lab.settled();
    if (name === 'opencode') lab.write('\x1b');
    await lab.settled(1_000);
    await save('idle-after-esc');
    release();
    lab.write('\x7f'.repeat(60));
    await empty();
    await ask('#ask me');
    await lab.until('the dialog', () => lab.reports.at(-1)?.status === 'needs-you');
    await save('needs-permission');
    lab.resize(58, 20);
    await save('needs-permission-narrow');
    lab.resize(100, 30);
    await lab.settled();
    lab.write('\x1b');
    await lab.settled(1_000);
    await save('idle-after-refusal');
    lab.resize(58, 20);
    await lab.until('the composer at that width', () => lab.composer()?.state === 'empty');
    await save('idle-narrow');
  } finally {
    release();
    await lab.close();
  }
}

const wanted = process.argv.slice(2) as Name[];
for (const name of wanted.length > 0 ? wanted : (['codex', 'gemini', 'opencode'] as const))
  await record(name).catch((error) => console.error(`${name}: ${error.message}`));
await model.close();
