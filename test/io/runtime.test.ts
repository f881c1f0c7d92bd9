import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeWhole } from '../../src/io/files.ts';
import { paths } from '../../src/io/paths.ts';
import { readPointer, removeRuntime, runtimeDir, socketPath, writePointer } from '../../src/io/runtime.ts';

let root = '';
let xdg = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mcc runtime ü-')));
  xdg = join(root, 'run');
  mkdirSync(xdg, { mode: 0o700 });
});
afterEach(() => {
  const path = runtimeDir(root, {});
  rmSync(path, { recursive: true });
  try {
    rmdirSync(dirname(path));
  } catch {} // another project's folder is in it
  rmSync(root, { recursive: true, force: true });
});

describe('the runtime folder', () => {
  test('lies in XDG_RUNTIME_DIR, for its user alone, and is the same each time', () => {
    const path = runtimeDir(root, { XDG_RUNTIME_DIR: xdg });
    expect(dirname(path)).toBe(xdg);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(runtimeDir(root, { XDG_RUNTIME_DIR: xdg })).toBe(path);
  });

  test.each([
    ['is not set', {}],
    ['names no folder', { XDG_RUNTIME_DIR: '/nowhere/at/all' }],
    ['is relative', { XDG_RUNTIME_DIR: 'run' }],
    ['is too long for a socket', { XDG_RUNTIME_DIR: `/${'x'.repeat(90)}` }],
  ])('lies below the folder for temporary files where XDG_RUNTIME_DIR %s', (_what, env) => {
    const path = runtimeDir(root, env);
    expect(path.startsWith(join(tmpdir(), `mcc-${userInfo().uid}`))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(socketPath(root, env))).toBeLessThanOrEqual(99);
  });

  test('is closed to others where it was left open', () => {
    const path = runtimeDir(root, { XDG_RUNTIME_DIR: xdg });
    chmodSync(path, 0o777);
    runtimeDir(root, { XDG_RUNTIME_DIR: xdg });
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('is not taken where a link stands in its place', () => {
    const path = runtimeDir(root, { XDG_RUNTIME_DIR: xdg });
    rmSync(path, { recursive: true });
    symlinkSync('/tmp', path);
    expect(dirname(runtimeDir(root, { XDG_RUNTIME_DIR: xdg }))).not.toBe(xdg);
  });

  test('is another for another project, and the same through a link to the project', () => {
    mkdirSync(join(root, 'other'));
    symlinkSync(root, join(root, 'link'));
    const env = { XDG_RUNTIME_DIR: xdg };
    expect(runtimeDir(join(root, 'other'), env)).not.toBe(runtimeDir(root, env));
    expect(runtimeDir(join(root, 'link'), env)).toBe(runtimeDir(root, env));
  });
});

describe('the pointer', () => {
  test('names the socket, and goes with the runtime folder', async () => {
    const socket = socketPath(root, { XDG_RUNTIME_DIR: xdg });
    expect(readPointer(root)).toBeUndefined();
    await writePointer(root, socket);
    expect(readPointer(root)).toBe(socket);
    expect(statSync(paths(root).run).mode & 0o777).toBe(0o700);
    expect(statSync(paths(root).pointer).mode & 0o777).toBe(0o600);
    removeRuntime(root);
    expect(existsSync(dirname(socket))).toBe(false);
    expect(readPointer(root)).toBeUndefined();
    removeRuntime(root);
  });

  test('that came with a clone and leads elsewhere is not followed, and nothing there is removed', async () => {
    const strange = join(root, 'strange');
    mkdirSync(strange, { mode: 0o700 });
    for (const target of [join(strange, 'socket'), '/tmp/socket', 'relative', '']) {
      await writeWhole(paths(root).pointer, target);
      expect(readPointer(root)).toBeUndefined();
      removeRuntime(root);
    }
    expect(existsSync(strange)).toBe(true);
  });
});
