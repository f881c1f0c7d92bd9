import { type JsonSchema, jsonSchema } from './expected.ts';
import { teamSchema } from './team.ts';

/** The JSON Schema of agents.yaml for editors: completion, descriptions and checks while one types. */
export function teamJsonSchema(): JsonSchema {
  const { $schema, ...schema } = jsonSchema(teamSchema);
  const agents = schema.properties?.agents;
  // An agent may be left empty, which stands for all defaults.
  if (agents && typeof agents.additionalProperties === 'object')
    agents.additionalProperties = { anyOf: [agents.additionalProperties, { type: 'null' }] };
  return { $schema, title: 'agents.yaml of mcc', description: 'The team that `mcc up` starts', ...schema };
}
