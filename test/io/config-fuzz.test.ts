import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/core/config-error.ts';
import { renderTeam } from '../../src/core/first-team.ts';
import { parseTeam } from '../../src/io/config.ts';

/** mulberry32: small, seeded, good enough to break things. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const bits = [
  '\t',
  '\n',
  ': ',
  '- ',
  '&a ',
  '*a',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '|',
  '>',
  '!!x ',
  '\0',
  '\uFEFF',
  '\uD800',
  '? ',
  '<<: ',
  '__proto__: ',
  'null',
  '1e999',
  '---\n',
  '%YAML 9\n',
];

test('whatever is done to a team file, the answer is a team or its mistakes with places', () => {
  const seed = Number(process.env.MCC_SEED ?? Date.now() % 1_000_000);
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const seen = {
    branch: 'main',
    base: 'main',
    tests: [],
    clis: [],
    claude: undefined,
    folders: ['web', 'api'],
    languages: [],
  };
  const texts = [
    renderTeam(seen, 's').replaceAll('# ', ''),
    renderTeam(seen, 's'),
    readFileSync('layouts/team.yaml', 'utf8'),
    'services:\n  - name: a\n  - name: b\narchitect: {name: a b, persona: x}\n',
  ];
  for (let round = 0; round < 3000; round++) {
    let text = pick(texts);
    for (let change = 0; change <= next() * 4; change++) {
      const at = Math.floor(next() * text.length);
      const cut = next() < 0.5 ? 0 : Math.floor(next() * 12);
      text = text.slice(0, at) + (next() < 0.8 ? pick(bits) : text.slice(at, at + 30)) + text.slice(at + cut);
    }
    try {
      parseTeam(text, 'f', {});
    } catch (error) {
      if (!(error instanceof ConfigError))
        throw new Error(`seed ${seed}, round ${round}:\n${text}`, { cause: error });
      const lines = text.split('\n').length;
      for (const { line, column, what } of error.problems) {
        expect(what, `seed ${seed}, round ${round}`).not.toBe('');
        expect(
          line > 0 && line <= lines && column > 0,
          `seed ${seed}, round ${round}: ${line}:${column}`,
        ).toBe(true);
      }
    }
  }
});
