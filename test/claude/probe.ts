import { Lab, version } from './lab.ts';
import { playModel, say, use } from './model.ts';

const model = await playModel((turn) => {
  console.log(
    'TURN',
    turn.agent,
    turn.count,
    JSON.stringify(turn.prompt).slice(0, 200),
    turn.results,
    turn.tools.join(','),
  );
  if (turn.results.length === 0 && turn.prompt.includes('tool'))
    return [
      say('Working.'),
      use('mcp__mcc__send', { to: 'x' }),
      use('Bash', { command: 'mcc status; env | grep -E "^(TMPDIR|CLAUDE|MCC)" ', description: 'd' }),
    ];
  return [say('Done here.')];
});
const lab = await Lab.open();
const input = lab.input({ base: model.url });
const t0 = Date.now();
const s = lab.start(input);
try {
  await lab.until('prompt', () => s.has('❯') && lab.sessionFiles(input)[0]?.status === 'idle');
  console.log(version, 'ready', Date.now() - t0);
  await new Promise((d) => setTimeout(d, 500));
  console.log(s.text().join('\n'));
  s.write('please use the tool');
  await new Promise((d) => setTimeout(d, 100));
  console.log(s.text().slice(-8).join('\n'));
  s.write('\r');
  await lab.until('done', () => s.has('Done here'));
  await new Promise((d) => setTimeout(d, 800));
  console.log(s.text().join('\n'));
  console.log(lab.bodies.map((b) => b.hook_event_name));
  console.log(lab.sessionFiles(input));
} catch (e) {
  console.log(e);
}
const { execSync } = await import('node:child_process');
console.log(
  execSync(
    `find ${lab.home} ${input.folder} /tmp/cc-socks /tmp/claude-0 | grep -v -E "bin/|/skills/" | head -60; cat ${input.folder}/session-start.json`,
  ).toString(),
);
s.write('/exit\r');
console.log(await Promise.race([s.exited, new Promise((d) => setTimeout(d, 5000))]));
console.log(lab.bodies.map((b) => b.hook_event_name));
console.log(
  model.requests.map(
    (r) => `${r.method} ${r.path} tools=${r.body?.tools?.length} max=${r.body?.max_tokens} ${r.body?.model}`,
  ),
);
await lab.close();
await model.close();
