import type { z } from 'zod';
import { expectedBy, foundIn, type JsonSchema, knownKeys, schemaAt } from '../core/expected.ts';
import { nearest } from '../core/nearest.ts';
import type { Finding } from '../core/team-rules.ts';

/** Values under these keys may be secrets: a message never repeats them. */
const secretKeys = ['env', 'mcp_servers', 'args', 'command'];

/**
 * What one complaint of a schema means: the place, what was expected there, and what was probably meant.
 * @param root the value that was checked
 * @param others keys that the file may have at its top besides the schema's
 */
export function findings(
  issue: z.core.$ZodIssue,
  root: unknown,
  whole: JsonSchema,
  others: readonly string[] = [],
): Finding[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const schema = schemaAt(whole, path);
  if (issue.code === 'unrecognized_keys') {
    const known = [...knownKeys(schema), ...(path.length === 0 ? others : [])];
    const what = (key: string) => `unknown key \`${key}\` (${advice(key, known)})`;
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', what: what(key), about: path }));
  }
  if (issue.code === 'invalid_key')
    return [{ path, at: 'key', what: `expected ${issue.issues[0]?.message ?? 'another key'}` }];
  const value = path.reduce<unknown>(
    (part, step) => (part as Record<string, unknown> | undefined)?.[step],
    root,
  );
  if (value === undefined) {
    const what = `missing key \`${path.at(-1)}\`: expected ${expectedBy(schema)}`;
    return [{ path, at: 'value', what, about: path.slice(0, -1) }];
  }
  const expected =
    issue.code === 'invalid_format' || issue.code === 'custom' ? issue.message : expectedBy(schema);
  const quiet = path.some((step) => secretKeys.includes(String(step)));
  const more = meant(value, schema);
  return [{ path, at: 'value', what: `expected ${expected}; found ${foundIn(value, quiet)}${more}` }];
}

/** What a person who wrote this value probably wanted, as an addition to the sentence; mostly empty. */
function meant(value: unknown, schema: JsonSchema | undefined): string {
  const choices = schema?.enum?.map(String) ?? [];
  const near = typeof value === 'string' ? nearest(value, choices) : undefined;
  if (near) return ` (did you mean \`${near}\`?)`;
  const unquoted =
    ['number', 'boolean'].includes(typeof value) && schema?.type === 'string' && choices.length === 0;
  return unquoted ? ' (put it in quotes)' : '';
}

function advice(key: string, known: string[]): string {
  const near = nearest(key, known);
  return near ? `did you mean \`${near}\`?` : `known: ${known.join(', ')}`;
}
