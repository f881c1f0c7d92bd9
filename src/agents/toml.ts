/**
 * A value as TOML 1.0, for the configuration of CLIs that take nothing else: tables, lists, strings, numbers and
 * booleans. Undefined is left out.
 */
export function toml(table: Readonly<Record<string, unknown>>, path: readonly string[] = []): string {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  const own = entries.filter(([, value]) => !isTable(value));
  const lines = own.map(([key, value]) => `${word(key)} = ${inline(value)}\n`).join('');
  const head = path.length > 0 && own.length > 0 ? `\n[${path.map(word).join('.')}]\n` : '';
  return `${head}${lines}${entries.map(([key, value]) => (isTable(value) ? toml(value, [...path, key]) : '')).join('')}`;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const word = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : text(key));

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (isTable(value))
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${word(key)} = ${inline(inner)}`)
      .join(', ')} }`;
  return typeof value === 'string' ? text(value) : String(value);
}

/** A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped too. */
const text = (value: string): string => JSON.stringify(value).replaceAll('\x7f', '\\u007f');
