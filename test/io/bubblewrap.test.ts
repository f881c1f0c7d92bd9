import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBubblewrap } from '../../src/io/bubblewrap.ts';
import { refsProblems } from '../../src/io/git-fence.ts';
import { folder, git, makeRepository, write } from './git-fixture.ts';

test.skipIf(process.platform !== 'linux')(
  'where no sandbox can be made, it is said why and what to do',
  async () => {
    const bin = folder();
    expect(await findBubblewrap({}, [bin])).toMatchObject({
      what: '`isolation: bubblewrap` needs the program `bwrap`, which is not installed',
      hint: expect.stringContaining('apt install bubblewrap'),
    });
    write(bin, { bwrap: '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n' });
    chmodSync(join(bin, 'bwrap'), 0o755);
    expect(await findBubblewrap({}, [bin, '/usr/bin', '/bin'])).toMatchObject({
      what: '`isolation: bubblewrap` is not possible here: bwrap: No permissions to create new namespace',
      hint: expect.stringContaining('allow this user to make namespaces'),
    });
  },
);

test('branches that are not files cannot be fenced', async () => {
  const repository = await makeRepository();
  expect(await refsProblems(repository)).toEqual([]);
  git(repository.root, 'config', 'extensions.refStorage', 'reftable');
  expect(await refsProblems(repository)).toMatchObject([
    { what: expect.stringContaining('as reftable'), hint: expect.stringContaining('git refs migrate') },
  ]);
});
