import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, scripted, Team, write } from './team.ts';

/** No daemon: what is run as `docker` writes its argv down, and runs what stands behind the image as it is. */
const client = `#!/bin/sh
printf '%s\\n' "$*" >> "$(dirname "$0")/log"
[ "$1" = run ] || exit 0
while [ "$1" != -- ]; do
  case "$1" in --env) case "$2" in *=*) export "$2" ;; esac ;; esac
  shift
done
shift 2
exec "$@"
`;

test('with docker a session is started through its client, and its container is removed when it ends', async () => {
  const bin = folder();
  write(bin, { docker: client });
  chmodSync(join(bin, 'docker'), 0o755);
  const team = new Team({
    isolation: 'docker',
    sandbox: { image: 'team:1' },
    agents: { ann: scripted() },
    merge: { gates: [{ name: 'ok', run: 'true' }] },
  });
  team.env.PATH = `${bin}:${team.env.PATH}`;
  await team.serve();
  await team.idle('ann');
  const calls = () =>
    existsSync(join(bin, 'log')) ? readFileSync(join(bin, 'log'), 'utf8').split('\n') : [];
  const started = calls().find((line) => line.startsWith('run ')) ?? '';
  const name = /--name (mcc-[0-9a-f]{16}) /.exec(started)?.[1];
  expect(name).toBeDefined();
  expect(started).toContain(`destination=${team.worktree('ann')}`);
  expect(started).not.toContain(team.token('ann'));
  // By its own entrance, as in any sandbox.
  const entrance = /source=(\S+),destination=\S+\/mcc-[0-9a-f]{16},readonly/.exec(started)?.[1];
  expect(existsSync(join(entrance ?? '', 'socket'))).toBe(true);
  await team.command('agent', 'stop', 'ann');
  await team.until('it has ended', ({ agents }) => agents.ann?.session?.exit);
  expect(calls()).toContain(`rm --force ${name}`);
});
