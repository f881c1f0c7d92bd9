import { z } from 'zod';

/**
 * What a schema expects, in the words of a person who edits a file. Works on JSON Schema, the public form of a zod
 * schema, so that the messages, the editor's completion and the tables of the docs come from one source.
 */
export type JsonSchema = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
  minLength?: number;
  default?: unknown;
  description?: string;
  [key: string]: unknown;
};

/** The JSON Schema of what may stand in a file (before defaults are filled in). */
export const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;

export type Path = readonly (string | number)[];

/** The part of a schema that governs the value at `path`; undefined where anything may stand or nothing may. */
export function schemaAt(schema: JsonSchema | undefined, path: Path): JsonSchema | undefined {
  const [step, ...rest] = path;
  if (schema === undefined || step === undefined) return schema;
  for (const option of schema.anyOf ?? [schema]) {
    const next = childOf(option, step);
    if (next) return schemaAt(next, rest);
  }
  return undefined;
}

function childOf(schema: JsonSchema, step: string | number): JsonSchema | undefined {
  if (typeof step === 'number') return schema.items;
  if (schema.properties && Object.hasOwn(schema.properties, step)) return schema.properties[step];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** The keys a mapping may have, or none when it takes any. */
export const knownKeys = (schema: JsonSchema | undefined): string[] => Object.keys(schema?.properties ?? {});

/** What may stand here: "one of claude, shell", "a list of texts", "a whole number above 0". */
export function expectedBy(schema: JsonSchema | undefined): string {
  if (!schema) return 'another value';
  if (schema.anyOf) return schema.anyOf.map(expectedBy).join(' or ');
  if (schema.enum)
    return schema.enum.length === 1 ? String(schema.enum[0]) : `one of ${schema.enum.join(', ')}`;
  if (schema.const !== undefined) return String(schema.const);
  switch (schema.type) {
    case 'string':
      return schema.minLength ? 'text that is not empty' : 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return `a ${schema.type === 'integer' ? 'whole ' : ''}number${bounds(schema)}`;
    case 'array':
      return `a list of ${manyOf(schema.items)}${schema.minItems ? `, at least ${schema.minItems}` : ''}`;
    default:
      return 'a mapping';
  }
}

function bounds({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  // zod writes ±(2^53-1) for every integer: that says nothing to a person.
  const top = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  if (low !== undefined && top !== undefined) return ` from ${low} to ${top}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (low !== undefined) return ` of at least ${low}`;
  return top === undefined ? '' : ` of at most ${top}`;
}

function manyOf(schema: JsonSchema | undefined): string {
  if (schema?.type === 'string') return schema.enum ? schema.enum.join(', ') : 'texts';
  if (schema?.type === 'object') return 'mappings';
  return schema?.type ? `${schema.type}s` : 'values';
}

/** What stands there now, short; `quiet` hides the value itself, for places where secrets may stand. */
export function foundIn(value: unknown, quiet = false): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (value === '') return 'empty text';
  if (quiet) return typeof value === 'string' ? 'text' : `a ${typeof value}`;
  if (typeof value !== 'string') return `${typeof value === 'number' ? 'the number ' : ''}${value}`;
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);
}
