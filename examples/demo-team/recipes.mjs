// What the workers write, by the title of the task.

const parse = `import { units } from './units.js';

const part = /(\\d+(?:\\.\\d+)?)\\s*([dhms])/g;

/** Reads a duration such as \`1h 30m\` and returns milliseconds. Throws a RangeError for anything else. */
export function parseDuration(text) {
  const parts = [...text.matchAll(part)];
  if (parts.length === 0 || text.replace(part, '').trim() !== '') {
    throw new RangeError(\`not a duration: \${text}\`);
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0);
}
`;

const parseTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../src/parse.js';

test('hours and minutes add up', () => {
  assert.equal(parseDuration('1h 30m'), 5_400_000);
});

test('anything else is refused', () => {
  assert.throws(() => parseDuration('soon'), RangeError);
});
`;

const format = (zero) => `import { units } from './units.js';

/** Prints milliseconds as people write them, rounded to the second: \`1h 30m\`. */
export function formatDuration(ms) {
  const parts = [];
  let rest = Math.round(ms / units.s) * units.s;
  for (const [unit, size] of Object.entries(units)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(\`\${amount}\${unit}\`);
    rest -= amount * size;
  }
  return parts.join(' ')${zero ? " || '0s'" : ''};
}
`;

const formatTest = (zero) => `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration } from '../src/format.js';

test('large units come first', () => {
  assert.equal(formatDuration(5_400_000), '1h 30m');
});

test('the rest is rounded to seconds', () => {
  assert.equal(formatDuration(61_499), '1m 1s');
});
${
  zero
    ? `
test('nothing at all is 0s', () => {
  assert.equal(formatDuration(0), '0s');
});
`
    : ''
}`;

const index = `export { formatDuration } from './format.js';
export { parseDuration } from './parse.js';
export { units } from './units.js';
`;

const command = `#!/usr/bin/env node
import { formatDuration, parseDuration } from '../src/index.js';

const text = process.argv.slice(2).join(' ');
try {
  const ms = parseDuration(text);
  console.log(\`\${formatDuration(ms)} is \${ms / 1000} seconds\`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
`;

const commandTest = `import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('the command says it in words and seconds', () => {
  const output = execFileSync(process.execPath, ['bin/duration.js', '90m'], { encoding: 'utf8' });
  assert.equal(output, '1h 30m is 5400 seconds\\n');
});
`;

const readme = `# durations

A tiny library for lengths of time.

\`\`\`js
import { formatDuration, parseDuration, units } from 'durations';

parseDuration('1h 30m'); // 5400000
formatDuration(5_400_000); // '1h 30m'
units.h; // 3600000
\`\`\`

From the shell: \`node bin/duration.js 90m\` prints \`1h 30m is 5400 seconds\`.
`;

const benchmark = `import { parseDuration } from './src/parse.js';
const end = performance.now() + 200;
let count = 0;
while (performance.now() < end) { parseDuration('1h 30m'); count += 1; }
console.log(\`\${Math.round(count / 200)} parses a millisecond\`);
`;

const recipes = [
  {
    fits: /pars/i,
    opening: 'A pattern of amount and unit, summed up; what is left over is an error.',
    files: () => ({ 'src/parse.js': parse, 'test/parse.test.js': parseTest }),
    subject: 'Parse durations such as 1h 30m',
    mended: 'Parse durations more strictly',
    summary: 'parseDuration with tests',
    benchmark: { command: 'node bench/parse.js', code: benchmark },
    note: {
      to: 'frontend',
      text: 'parseDuration returns whole or fractional milliseconds, so formatDuration has to round.',
    },
  },
  {
    fits: /print|format/i,
    question: 'Should 61,499 ms be rounded to 1m 1s, or shown exactly?',
    opening: 'From the largest unit down, leaving out what is zero.',
    files: (round) => ({
      'src/format.js': format(round === 'mended'),
      'test/format.test.js': formatTest(round === 'mended'),
    }),
    subject: 'Print durations the way people write them',
    mended: 'Print 0s for an empty duration',
    summary: 'formatDuration, rounded to seconds, with tests',
  },
  {
    fits: /command|readme/i,
    opening: 'Both functions are on the base branch now, so this is only glue and words.',
    files: () => ({
      'src/index.js': index,
      'bin/duration.js': command,
      'test/command.test.js': commandTest,
      'README.md': readme,
    }),
    subject: 'Add the command duration and say how to use it',
    mended: 'Say more plainly how to use the command',
    summary: 'command, exports and README',
  },
];

/** The recipe of a task; one that the script does not know becomes a note in a file of its own. */
export function recipeFor({ id, title, text }) {
  const found = recipes.find((recipe) => recipe.fits.test(title));
  if (found) return found;
  return {
    opening: 'I follow a script, so I write down what was asked, as a real agent would do it.',
    files: (round) => ({
      [`notes/${id}.md`]: `# ${title}\n\n${text ?? ''}\n${round === 'mended' ? '\nRevised after review.\n' : ''}`,
    }),
    subject: `Note what ${id} asks for`,
    mended: `Revise the note of ${id}`,
    summary: 'a note, since the demo has no model',
  };
}
