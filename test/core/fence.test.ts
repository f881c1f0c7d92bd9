import { expect, test } from 'vitest';
import { fenced, means, outsideOf } from '../../src/core/fence.ts';

test('a pattern means a file, a folder with all in it, or what its stars stand for', () => {
  const cases: [pattern: string, path: string, means: boolean][] = [
    ['src/api', 'src/api', true],
    ['src/api', 'src/api/a/b.ts', true],
    ['src/api/', 'src/api/a.ts', true],
    ['./src/api', 'src/api/a.ts', true],
    ['src/api', 'src/apix/a.ts', false],
    ['src/api', 'lib/src/api/a.ts', false],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/a.md', false],
    ['**/*.md', 'README.md', true],
    ['**/*.md', 'docs/deep/a.md', true],
    ['docs/**/*.md', 'docs/a.md', true],
    ['docs/**/*.md', 'docs/a/b/c.md', true],
    ['docs/**/*.md', 'docsx/a.md', false],
    ['docs/**', 'docs/a/b', true],
    ['docs/**', 'docs', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['.env*', '.env.local', true],
    ['.env*', 'xenv', false],
    ['a+(b).[t]s', 'a+(b).[t]s', true],
    ['**', 'anything/at/all', true],
    ['päth/$x y', 'päth/$x y/z', true],
    ['a*', 'a\nb', true],
  ];
  for (const [pattern, path, is] of cases)
    expect([pattern, path, means(pattern, path)]).toEqual([pattern, path, is]);
});

test('no pattern fences nothing', () => {
  expect(outsideOf([], ['a.ts'])).toEqual([]);
  expect(outsideOf(['src'], ['a.ts', 'src/b.ts'])).toEqual(['a.ts']);
});

test('an agent is told whose a file is that it must not touch', () => {
  const spec = { write: ['src/api'], hidden: ['.env', 'keys'] };
  const say = (where: 'own' | 'main' | { agent: string }, path: string, writes = true) =>
    fenced(spec, '/w/backend', { where, path, writes });
  expect(say('own', 'src/api/a.ts')).toBeNull();
  expect(say('own', 'src/web/a.ts')).toContain('src/web/a.ts is not yours to change: src/api is');
  expect(say('own', 'src/web/a.ts', false)).toBeNull();
  expect(say('main', 'src/api/a.ts')).toContain('of the main checkout, and never yours to write');
  expect(say({ agent: 'web' }, 'src/api/a.ts')).toContain('of the worktree of web');
  expect(say({ agent: 'web' }, 'src/api/a.ts', false)).toBeNull();
  expect(say('own', '.env', false)).toContain('.env is hidden from you');
  expect(say('main', 'keys/a.pem', false)).toContain('keys/a.pem is hidden from you');
  expect(
    fenced({ write: [], hidden: [] }, '/w/backend', { where: 'own', path: 'a', writes: true }),
  ).toBeNull();
});
