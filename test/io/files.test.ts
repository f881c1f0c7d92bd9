import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/config-error.ts';
import { insideOf, readJson, writeWhole } from '../../src/io/files.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcc files ü-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writing a file whole', () => {
  test('makes its folder, takes the mode asked for and leaves no temporary file', async () => {
    const path = join(folder, 'a', 'b.json');
    await writeWhole(path, 'old', 0o600);
    await writeWhole(path, 'new', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.json']);
  });

  test('many writes at once land in the order they were asked for', async () => {
    const path = join(folder, 'state.json');
    await Promise.all(Array.from({ length: 30 }, (_, index) => writeWhole(path, `${index}`)));
    expect(readFileSync(path, 'utf8')).toBe('29');
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  test('a write that fails leaves nothing behind and does not stop the next one', async () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    await expect(writeWhole(path, 'x')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    rmSync(path, { recursive: true });
    await writeWhole(path, 'y');
    expect(readFileSync(path, 'utf8')).toBe('y');
  });
});

describe('reading JSON', () => {
  test('a missing file is undefined, a good one its value', async () => {
    expect(await readJson(join(folder, 'none'))).toBeUndefined();
    await writeWhole(join(folder, 'one'), '{"a":[1]}');
    expect(await readJson(join(folder, 'one'))).toEqual({ a: [1] });
  });

  test.each([
    ['{\n  "a": 1,\n  b\n}', ':3:3: expected JSON'],
    ['{"a": ', ':1:7: expected JSON: Unexpected end'],
    ['', ':1:1: expected JSON: Unexpected end'],
    [Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
  ])('%j is told with its place', async (contents, reason) => {
    const path = join(folder, 'bad.json');
    writeFileSync(path, contents);
    const error = await readJson(path).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`${path}${reason.startsWith(':') ? '' : ': '}`);
    expect(String(error)).toContain(reason);
  });
});

describe('inside of a folder', () => {
  test('a path below it is given as it really is, whether it exists or not', () => {
    mkdirSync(join(folder, 'sub'));
    expect(insideOf(folder, 'sub')).toBe(join(folder, 'sub'));
    expect(insideOf(folder, 'new/deep/file')).toBe(join(folder, 'new', 'deep', 'file'));
    expect(insideOf(folder, '.')).toBe(folder);
    expect(insideOf(folder, '..hidden')).toBe(join(folder, '..hidden'));
  });

  test.each(['..', '../x', 'sub/../../x', '/etc/passwd', 'a\0b'])('%j is outside', (path) => {
    expect(insideOf(folder, path)).toBeUndefined();
  });

  test('a link that leads out is outside, one that stays is followed, and one to nowhere is not trusted', () => {
    mkdirSync(join(folder, 'in'));
    symlinkSync('/etc', join(folder, 'out'));
    symlinkSync('in', join(folder, 'stay'));
    symlinkSync('/nowhere/at/all', join(folder, 'dangling'));
    expect(insideOf(folder, 'out/passwd')).toBeUndefined();
    expect(insideOf(folder, 'stay/file')).toBe(join(folder, 'in', 'file'));
    expect(insideOf(folder, 'dangling')).toBeUndefined();
    expect(insideOf(folder, 'dangling/file')).toBeUndefined();
  });

  test('a root that is itself reached through a link is fine', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    chmodSync(join(folder, 'real'), 0o755);
    expect(insideOf(join(folder, 'link'), 'x')).toBe(join(folder, 'real', 'x'));
  });
});
