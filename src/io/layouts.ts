import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from '../core/config-error.ts';
import { foundIn, type Path } from '../core/expected.ts';
import { type Layout, layoutSchema, listPanes } from '../core/layout.ts';
import { nearest } from '../core/nearest.ts';
import { codeOf } from './files.ts';
import { readText } from './text.ts';
import { readYaml } from './yaml.ts';

/**
 * The layouts of some folders by name, which is the file's without `.yaml`; a later folder wins, so that a project's
 * own `layouts/` replaces and adds to those that come with mcc. A folder that is not there has none.
 * Throws ConfigError with the place of what is wrong in a file.
 */
export async function loadLayouts(folders: readonly string[]): Promise<Record<string, Layout>> {
  const layouts: Record<string, Layout> = {};
  for (const folder of folders) {
    for (const file of await yamlIn(folder))
      layouts[file.slice(0, -'.yaml'.length)] = await loadLayout(join(folder, file));
  }
  return layouts;
}

async function yamlIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  return names.filter((name) => /^[a-z][a-z0-9-]*\.yaml$/.test(name)).sort();
}

async function loadLayout(file: string): Promise<Layout> {
  return parseLayout(await readText(file), file);
}

/** The layout that a text describes. Throws ConfigError; `file` is its name there. */
export function parseLayout(text: string, file: string): Layout {
  const yaml = readYaml(text);
  if (Array.isArray(yaml)) throw new ConfigError(file, yaml);
  const checked = layoutSchema.safeParse(yaml.value);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.flatMap((issue) => explain(issue, [], yaml.value));
  throw new ConfigError(
    file,
    problems.map(({ path, at, what }) => ({ ...yaml.place(path, at), what })),
  );
}

type Found = { path: Path; at: 'key' | 'value'; what: string };

const kinds = ['rows', 'columns', 'agents', 'pane', 'agent'];
const sizes = ['size', 'min', 'max'];
const expected: Record<string, string> = {
  rows: 'a list of nodes',
  columns: 'a list of nodes',
  agents: 'grid or stack',
  pane: `one of ${listPanes.join(', ')}`,
  agent: 'the name of an agent',
  size: 'a number of cells, or a share such as 30%',
  min: 'a number of cells above 0',
  max: 'a number of cells above 0',
};

/** What one complaint means; of a node that may be one of several kinds, that of the kind it has the key of. */
function explain(issue: z.core.$ZodIssue, above: Path, root: unknown): Found[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const value = path.reduce<unknown>(
    (part, step) => (part as Record<string, unknown> | null | undefined)?.[step],
    root,
  );
  const last = path.at(-1);
  if (issue.code === 'invalid_union' && last !== 'size') return explainNode(issue, path, value, root);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path));
  const what = `expected ${expected[String(last)] ?? 'a mapping'}; found ${foundIn(value)}`;
  const near =
    typeof value === 'string' ? nearest(value, last === 'agents' ? ['grid', 'stack'] : listPanes) : undefined;
  return [
    {
      path,
      at: 'value',
      what: `${label(path)}${what}${near && last !== 'size' ? ` (did you mean \`${near}\`?)` : ''}`,
    },
  ];
}

function explainNode(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  value: unknown,
  root: unknown,
): Found[] {
  const own =
    typeof value === 'object' && value !== null
      ? Object.keys(value).filter((key) => kinds.includes(key))
      : [];
  const [kind] = own;
  if (own.length === 1 && kind !== undefined)
    return (issue.errors[kinds.indexOf(kind)] ?? []).flatMap((inner) => explain(inner, path, root));
  if (own.length > 1)
    return [{ path, at: 'value', what: `${label(path)}a node has one of ${own.join(', ')}, not both` }];
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const slip = keys.find((key) => !sizes.includes(key));
  if (slip !== undefined) return [unknownKey(slip, path)];
  return [
    {
      path,
      at: 'value',
      what: `${label(path)}expected a node: ${kinds.join(', ')}; found ${foundIn(value)}`,
    },
  ];
}

function unknownKey(key: string, path: Path): Found {
  const near = nearest(key, [...kinds, ...sizes]);
  const advice = near ? `did you mean \`${near}\`?` : `known: ${[...kinds, ...sizes].join(', ')}`;
  return { path: [...path, key], at: 'key', what: `${label(path)}unknown key \`${key}\` (${advice})` };
}

const label = (path: Path): string => (path.length === 0 ? '' : `${path.join('.')}: `);
