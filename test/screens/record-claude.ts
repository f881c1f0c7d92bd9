import { Lab, version } from '../claude/lab.ts';
import { playModel, say, use } from '../claude/model.ts';
import { writeRecording } from './record.ts';

/**
 * Records what the installed Claude Code CLI writes to its terminal, with both of its renderers:
 * `MCC_CLAUDE=path/to/claude node test/screens/record-claude.ts`.
 */
const ANSWER = `## A heading

Some *emphasis*, \`code\`, a [link](https://example.org) and **bold** words – “quoted” … 世界, e\u0301, 👩‍👩‍👧‍👦, 🇩🇪, ☁\ufe0f.

1. one
2. two

| column | another |
| --- | --- |
| 界 | ✅ |

\`\`\`ts
const answer: number = 42; // a comment
\`\`\`
`;

for (const renderer of ['main', 'alternate']) await record(renderer);

async function record(renderer: string) {
  const model = await playModel(({ prompt, results }) => {
    if (results.length > 0) return [say('Finished.')];
    if (prompt.includes('@bash'))
      return [use('Bash', { command: 'touch made-by-bash', description: 'Make a file' })];
    return [say(ANSWER)];
  });
  const lab = await Lab.open();
  const flags = [`CLAUDE_CODE_NO_FLICKER=${renderer === 'main' ? 0 : 1}`, 'CLAUDE_CODE_DISABLE_MOUSE=0'];
  const binary = process.env.MCC_CLAUDE ?? '';
  const input = lab.input({ base: model.url, spec: { command: ['/usr/bin/env', ...flags, binary] } });
  const size = { cols: 80, rows: 24 };
  const events: [string, string][] = [];
  const session = lab.start(input, size);
  session.pty.onData((data) => {
    events.push(['o', Buffer.from(data as unknown as Uint8Array).toString('latin1')]);
  });
  const mark = async (name: string) => {
    await session.settled(600);
    events.push(['m', name]);
  };
  const status = (word: string) =>
    lab.until(`status ${word}`, () => lab.sessionFiles(input).at(-1)?.status === word);
  const stops = () => lab.bodies.filter((body) => body.hook_event_name === 'Stop').length;

  await status('idle');
  await mark('fresh');
  session.write('tell me somethin\u00fc 世界');
  await mark('draft');
  const before = stops();
  session.write('\r');
  await lab.until('the turn ends', () => stops() > before);
  await mark('answered');
  session.write('@bash please');
  await session.settled();
  session.write('\r');
  await lab.until('the dialog', () => session.has('Do you want'));
  await mark('permission');
  session.resize(60, 20);
  events.push(['r', '60x20']);
  await mark('narrower');
  session.resize(100, 30);
  events.push(['r', '100x30']);
  await mark('wider');
  session.write('\x1b');
  await status('idle');
  session.write('/');
  await mark('menu');
  session.kill();
  await session.exited;
  writeRecording(`claude ${version} ${renderer}`, size, events);
  console.log(
    renderer,
    events.reduce((sum, [, data]) => sum + data.length, 0),
    'bytes',
  );
  await lab.close();
  await model.close();
}
process.exit(0);
