import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { docker, findDocker } from '../../src/io/docker.ts';
import { folder, write } from './git-fixture.ts';

test('the argv of a container shows the mounts and nothing else, each place once, and no value of a passed variable', () => {
  const root = folder();
  for (const name of ['.mcc/run', 'work, "x"']) mkdirSync(join(root, name), { recursive: true });
  const { file, args } = docker(
    '/usr/bin/docker',
    { file: 'claude', args: ['--name', 'ann'] },
    {
      image: 'team:1',
      name: 'mcc-1',
      user: '1000:1000',
      terminal: true,
      cwd: join(root, 'work, "x"'),
      set: { HOME: '/tmp' },
      pass: ['HOME', 'MCC_TOKEN'],
      mounts: [
        { type: 'own', at: '/tmp' },
        { type: 'own', at: '/run' },
        { type: 'read', at: join(root, '.mcc/run') },
        { type: 'read', at: root },
        { type: 'hide', at: '/home/me/.ssh' },
        { type: 'hide', at: join(root, '.mcc') },
        { type: 'read', at: join(root, 'work, "x"') },
        { type: 'write', at: join(root, 'work, "x"') },
        { type: 'read', at: '/run/mcc', from: '/run/own/ann' },
      ],
    },
  );
  expect(file).toBe('/usr/bin/docker');
  const mounts = args.flatMap((word, at) => (word === '--mount' ? [args[at + 1]] : []));
  expect(mounts).toEqual([
    'type=tmpfs,destination=/tmp,tmpfs-mode=1777',
    'type=bind,source=/run/own/ann,destination=/run/mcc,readonly',
    `type=bind,source=${root},destination=${root},readonly`,
    `type=tmpfs,destination=${root}/.mcc,tmpfs-mode=0755`,
    expect.stringContaining('/.mcc/run,readonly'),
    `type=bind,"source=${root}/work, ""x""","destination=${root}/work, ""x"""`,
  ]);
  expect(args.slice(0, 6)).toEqual(['run', '--rm', '--init', '--interactive', '--tty', '--name']);
  expect(args.slice(-5)).toEqual(['--', 'team:1', 'claude', '--name', 'ann']);
  expect(args.filter((_, at) => args[at - 1] === '--env')).toEqual(['MCC_TOKEN', 'HOME=/tmp']);
  expect(args.join(' ')).toContain('--user 1000:1000 --cap-drop ALL --security-opt no-new-privileges');
});

test('where no container can be made, it is said why and what to do', async () => {
  const bin = folder();
  expect(await findDocker({ PATH: bin }, 'team:1')).toMatchObject({
    what: expect.stringContaining('not installed'),
  });
  const says = (text: string) => {
    write(bin, { docker: `#!/bin/sh\necho "${text}" >&2\nexit 1\n` });
    chmodSync(join(bin, 'docker'), 0o755);
    return findDocker({ PATH: `${bin}:/usr/bin:/bin` }, 'team:1');
  };
  expect(await says('Error response from daemon: No such image: team:1')).toMatchObject({
    what: 'there is no image `team:1` here',
    hint: expect.stringContaining('docker pull team:1'),
  });
  expect(await says('Cannot connect to the Docker daemon')).toMatchObject({
    what: '`isolation: docker` is not possible here: Cannot connect to the Docker daemon',
  });
});
