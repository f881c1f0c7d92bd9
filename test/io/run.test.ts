import { expect, test } from 'vitest';
import { runProgram } from '../../src/io/run.ts';

const options = { cwd: '/', env: { PATH: process.env.PATH ?? '' } };

test('what a program wrote is read, however long this process could not run itself after it ended', async () => {
  let on = true;
  const block = (): void => {
    const end = performance.now() + 560;
    while (performance.now() < end);
    if (on) setImmediate(block);
  };
  setImmediate(block);
  // Without a last look some of these came out empty (measured: 5 of 72).
  for (let round = 0; round < 5; round += 1) {
    const ran = await Promise.all(
      Array.from({ length: 6 }, () => runProgram('sh', ['-c', 'echo told; exit 3'], options)),
    );
    expect(ran.map(({ code, stdout }) => [code, stdout])).toEqual(ran.map(() => [3, 'told\n']));
  }
  on = false;
});

test('a pipe that somebody keeps open who left the group of the program holds nobody up', async () => {
  const { code, stdout } = await runProgram(
    'sh',
    ['-c', "setsid sh -c 'echo $$; exec sleep 600' & sleep 0.2; echo told"],
    options,
  );
  const [left, told] = stdout.trim().split('\n');
  process.kill(Number(left), 'SIGKILL');
  expect({ code, told }).toEqual({ code: 0, told: 'told' });
});
