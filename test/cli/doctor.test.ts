import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, mcc, repository } from './harness.ts';

/** A folder with programs that say a version. */
function programs(versions: Record<string, string>): string {
  const bin = folder();
  mkdirSync(bin, { recursive: true });
  for (const [name, version] of Object.entries(versions)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} ${version}"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}
const look = async (cwd: string, PATH: string) => {
  const ran = await mcc(['doctor', '--json'], { cwd, env: { PATH, TERM: 'xterm-256color' } });
  const rows: { name: string; state: string; says: string; hint?: string }[] = JSON.parse(ran.out);
  return { code: ran.code, row: (name: string) => rows.find((row) => row.name === name) };
};

test('doctor says of each kind’s CLI whether it is here, and whether this version was tried', async () => {
  const bin = programs({ codex: '0.169.0', gemini: '0.1.0', aider: '0.86.0' });
  const { code, row } = await look(folder(), `${bin}:/usr/bin:/bin`);
  expect(code).toBe(0);
  expect(row('node')).toMatchObject({ state: 'ok' });
  expect(row('git')).toMatchObject({ state: 'ok' });
  expect(row('codex')).toMatchObject({
    state: 'ok',
    says: expect.stringContaining('verified with this version'),
  });
  expect(row('gemini')).toMatchObject({
    state: 'unverified',
    says: expect.stringContaining('tried on 0.61.0'),
  });
  expect(row('aider')).toMatchObject({ state: 'unverified', says: expect.stringContaining('never tried') });
  expect(row('opencode')).toMatchObject({ state: 'absent', hint: 'npm install -g opencode-ai' });
});

test('what the team of this project needs and is not there is missing, and doctor fails', async () => {
  const root = repository({ 'agents.yaml': 'agents:\n  ann: { kind: opencode }\n  bob: { kind: shell }\n' });
  const { code, row } = await look(root, '/usr/bin:/bin');
  expect(code).toBe(2);
  expect(row('opencode')).toMatchObject({
    state: 'missing',
    says: expect.stringContaining('ann would run it'),
  });
});

test('an old git is told with what to install', async () => {
  const { code, row } = await look(folder(), programs({ git: '2.30.1' }));
  expect(code).toBe(2);
  expect(row('git')).toMatchObject({ state: 'missing', hint: 'install git 2.38 or newer' });
});

test('doctor prints a row a check, with what to do below it', async () => {
  const { out } = await mcc(['doctor'], { cwd: folder(), env: { PATH: '/usr/bin:/bin' } });
  expect(out).toMatch(/^node +ok +v\d+/m);
  expect(out).toMatch(
    /^codex +absent +`codex` is not on your PATH; tried on 0\.169\.0\n +→ npm install -g @openai\/codex$/m,
  );
});
