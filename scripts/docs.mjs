// Writes what the program itself knows into the docs: the JSON Schema, and in Markdown files whatever stands between
//   <!-- generated: NAME --> and <!-- /generated -->
// With --check nothing is written, and a file that is not fresh fails.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { sectioned } from '../src/cli/help.ts';
import { expectedBy, jsonSchema } from '../src/core/expected.ts';
import { kindSpecSchema } from '../src/core/kind-spec.ts';
import { teamJsonSchema } from '../src/core/team-schema.ts';
import { keyTable, makeKeymap } from '../src/tui/keymap.ts';

const check = process.argv.includes('--check');
const pages = [
  'README.md',
  'docs/commands.md',
  'docs/configuration.md',
  'docs/architecture.md',
  'docs/keys.md',
  'docs/kinds.md',
];

/** Text of a table's cell. */
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

const schema = teamJsonSchema();
const generators = {
  commands: () =>
    sectioned()
      .map(
        ([title, topics]) =>
          `**${title}**\n\n${table(
            ['command', 'what it does'],
            topics.map(({ usage, summary, where }) => [
              `\`${where === 'screen' ? '' : 'mcc '}${usage}\``,
              summary,
            ]),
          )}`,
      )
      .join('\n\n'),
  'command reference': () =>
    sectioned()
      .map(([title, topics]) => `## ${title}\n\n${topics.map(reference).join('\n\n')}`)
      .join('\n\n'),
  keys: () =>
    table(
      ['where', 'key', 'what it does', 'command'],
      keyTable(makeKeymap()).map(({ where, key, words, label }) => [
        where,
        `\`${key}\``,
        label,
        words && `\`${words}\``,
      ]),
    ),
  'kind file': () => keys(jsonSchema(kindSpecSchema), ''),
  configuration: () => `${keys(schema, '')}\n\nEach agent under \`agents:\`\n\n${keys(agentSchema(), '')}`,
};

function reference({ name, usage, summary, flags, examples, notes, who, where }) {
  const lead = where === 'screen' ? '' : 'mcc ';
  return [
    `### ${lead}${name}\n\n${summary}.${who && where !== 'screen' ? ` For ${who}.` : ''}\n\n    ${lead}${usage}`,
    ...(flags.length > 0 ? [flags.map(([flag, what]) => `- \`${flag}\`: ${what}`).join('\n')] : []),
    ...(examples.length > 0 ? [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``] : []),
    ...notes,
  ].join('\n\n');
}

const agentSchema = () => schema.properties.agents.additionalProperties.anyOf[0];

/** A table of the keys of a mapping, nested mappings with a dot. */
function keys(mapping, prefix) {
  const rows = (part, before) =>
    Object.entries(part.properties).flatMap(([key, value]) =>
      value.properties
        ? rows(value, `${before}${key}.`)
        : [[`\`${before}${key}\``, expectedBy(value), standard(value), value.description ?? '']],
    );
  return table(['key', 'value', 'default', 'meaning'], rows(mapping, prefix));
}

const standard = ({ default: value }) =>
  value === undefined || ['[]', '{}'].includes(JSON.stringify(value)) ? '' : `\`${value}\``;

const stale = [];
function put(file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  stale.push(file);
  if (!check) writeFileSync(file, text);
}

put('docs/agents.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
for (const page of pages.filter((file) => existsSync(file))) {
  const text = readFileSync(page, 'utf8');
  put(
    page,
    text.replace(
      /(<!-- generated: ([\w ]+) -->)[\s\S]*?(<!-- \/generated -->)/g,
      (_whole, start, name, end) => {
        const make = generators[name];
        if (!make)
          throw new Error(
            `${page}: nothing generates "${name}"; known: ${Object.keys(generators).join(', ')}`,
          );
        return `${start}\n${make()}\n${end}`;
      },
    ),
  );
}
if (check && stale.length > 0) {
  console.error(`not fresh: ${stale.join(', ')}; run: npm run docs`);
  process.exitCode = 1;
} else if (!check) console.log(stale.length > 0 ? `wrote ${stale.join(', ')}` : 'all fresh');
