import type { Path } from './expected.ts';

/**
 * The older form of the team file, multi-agent.yaml: `services:` in place of `agents:`, and an `architect:` that may
 * be a mapping beside them. It is read into the same team; `origin` leads from a place in the team back to the file.
 */
export type Reading = {
  value: unknown;
  origin: (path: Path) => Path;
  problems: { path: Path; what: string }[];
};

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A service's name as an agent's: lower case, every run of other characters one dash. */
const agentNameOf = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');

/** The team that a file with `services:` describes; a file without them comes back as it is. */
export function readServices(value: unknown): Reading {
  if (!isMapping(value) || !Object.hasOwn(value, 'services'))
    return { value, origin: (path) => path, problems: [] };
  const { services, architect, ...rest } = value;
  const problems: Reading['problems'] = [];
  if (Object.hasOwn(value, 'agents'))
    problems.push({ path: ['services'], what: 'both `services:` and `agents:` are given: keep one of them' });
  const agents: Record<string, unknown> = {};
  const from = new Map<string, Path>();
  const add = (name: string, spec: unknown, path: Path) => {
    const agent = agentNameOf(name);
    const other = from.get(agent);
    if (other) problems.push({ path, what: `${name} and ${other.at(-1)} are the same agent name, ${agent}` });
    else {
      from.set(agent, path);
      agents[agent] = spec;
    }
  };
  for (const [name, spec, path] of entriesOf(services)) add(name, spec, path);
  let named: unknown = architect;
  if (isMapping(architect)) {
    const { name = 'architect', ...spec } = architect;
    named = agentNameOf(String(name));
    add(String(name), spec, ['architect']);
  } else if (typeof architect === 'string') named = agentNameOf(architect);
  const given = Array.isArray(services) || isMapping(services) ? agents : services;
  return {
    value: { ...rest, agents: given, ...(architect === undefined ? {} : { architect: named }) },
    problems,
    origin: ([first, second, ...deeper]) => {
      if (first === 'architect') return isMapping(architect) ? ['architect', 'name'] : ['architect'];
      if (first !== 'agents') return [first, second, ...deeper].filter((step) => step !== undefined);
      if (second === undefined) return ['services'];
      return [...(from.get(String(second)) ?? ['services', second]), ...deeper];
    },
  };
}

/** Services as a mapping by name, or as a list of mappings with a `name` each. */
function entriesOf(services: unknown): [name: string, spec: unknown, path: Path][] {
  if (isMapping(services))
    return Object.entries(services).map(([name, spec]) => [name, spec, ['services', name]]);
  if (!Array.isArray(services)) return [];
  return services.map((service, index) => {
    if (!isMapping(service)) return [`service-${index + 1}`, service, ['services', index]];
    const { name, ...spec } = service;
    return [String(name ?? `service-${index + 1}`), spec, ['services', index]];
  });
}
