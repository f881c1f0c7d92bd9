import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { cases } from './cases/index.ts';

/** The page that says how true a pane is; its tables come from the corpus. `node test/screens/fidelity.ts` writes them. */
export const page = join(import.meta.dirname, '../../docs/fidelity.md');

const cell = (text: string) => text.replaceAll('|', '\\|');
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** One row for each way to differ, with the cases that show it. */
function rows(all: readonly Case[], what: (its: Case) => string | undefined): string[][] {
  const found = new Map<string, Case[]>();
  for (const its of all) {
    const how = what(its);
    if (how !== undefined) found.set(how, [...(found.get(how) ?? []), its]);
  }
  return [...found].map(([how, those]) => [
    those.map((its) => its.name).join('; '),
    [...new Set(those.map((its) => its.source))].join('; '),
    how,
  ]);
}

const tables: Record<string, () => string> = {
  count: () => `The corpus holds ${cases.length} cases.`,
  mended: () =>
    table(
      ['here', 'source', 'xterm.js'],
      rows(cases, (its) => its.mended),
    ),
  departs: () =>
    table(
      ['what the source says', 'source', 'a pane, as xterm.js'],
      rows(cases, (its) => its.departs?.how),
    ),
  lost: () =>
    table(
      ['case', 'source', 'what a snapshot loses'],
      rows(cases, (its) => its.lost),
    ),
};

/** The page with its tables as they ought to be. */
export function fresh(text: string): string {
  return text.replace(
    /<!-- generated: (\w+) -->\n[\s\S]*?\n<!-- \/generated -->/g,
    (_, name: string) => `<!-- generated: ${name} -->\n${tables[name]?.() ?? ''}\n<!-- /generated -->`,
  );
}

if (import.meta.main) writeFileSync(page, fresh(readFileSync(page, 'utf8')));
