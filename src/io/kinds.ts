import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../core/config-error.ts';
import { jsonSchema } from '../core/expected.ts';
import { type KindSpec, kindSpecSchema } from '../core/kind-spec.ts';
import { builtInKinds } from '../core/team.ts';
import { codeOf } from './files.ts';
import { findings } from './findings.ts';
import { readText, shownAs } from './text.ts';
import { readYaml } from './yaml.ts';

/**
 * The project's own kinds of agents, by the name of their files; none where there is no such folder.
 * @throws ConfigError with every problem of the first file that has one
 */
export async function loadKinds(folder: string): Promise<Record<string, KindSpec>> {
  const kinds: Record<string, KindSpec> = {};
  for (const file of await namesIn(folder, /^[a-z][a-z0-9-]{0,31}\.yaml$/)) {
    const path = join(folder, file);
    const name = file.slice(0, -'.yaml'.length);
    kinds[name] = parseKind(await readText(path), shownAs(path), name);
  }
  return kinds;
}

/** The kind that a text describes; `file` is its name in messages. @throws ConfigError */
export function parseKind(text: string, file: string, name: string): KindSpec {
  const taken: string[] = [...builtInKinds];
  if (taken.includes(name)) {
    const what = `mcc itself has a kind \`${name}\`: choose another name`;
    throw new ConfigError(
      file,
      [{ line: 0, column: 0, what }],
      `mv ${file} ${file.replace(/(?=\.yaml$)/, '-own')}`,
    );
  }
  const yaml = readYaml(text);
  if (Array.isArray(yaml)) throw new ConfigError(file, yaml);
  const value = yaml.value ?? {};
  const checked = kindSpecSchema.safeParse(value);
  if (checked.success) return checked.data;
  const schema = jsonSchema(kindSpecSchema);
  const problems = checked.error.issues.flatMap((issue) => findings(issue, value, schema));
  throw new ConfigError(
    file,
    problems.map(({ path, at, what, about = path }) => {
      const label = about.join('.');
      return { ...yaml.place(path, at), what: label === '' ? what : `${label}: ${what}` };
    }),
  );
}

/** The screens recorded for a kind: `kinds/<name>/screens/*.txt`, by the name of the file, as text. */
export async function recordedScreens(folder: string): Promise<Record<string, string>> {
  const names = await namesIn(folder, /\.txt$/);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readText(join(folder, name))])),
  );
}

async function namesIn(folder: string, fits: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  return names.filter((name) => fits.test(name)).sort();
}
