import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema, type Tool } from '@modelcontextprotocol/sdk/types.js';
import type { Command, Flag } from './commands/define.ts';
import { commands } from './commands/index.ts';
import type { WireClient } from './wire/client.ts';

/** A tool's name: `task add` is `task_add`, so that a permission rule can name it. */
const toolName = (command: Command): string => command.name.replaceAll(' ', '_');

/** The commands that an agent may give, as MCP tools; the architect's are refused to others by the supervisor. */
export const agentCommands = (): Command[] =>
  [...commands.values()].filter(
    (command) => command.where === 'supervisor' && command.who.some((who) => who !== 'person'),
  );

/** A command as an MCP tool: its words become named arguments. */
export function toolOf(command: Command): Tool {
  const properties: Record<string, object> = {};
  for (const arg of command.args) properties[arg.name] = { type: 'string', description: arg.of };
  for (const [name, flag] of Object.entries(command.flags)) properties[name] = schemaOf(flag);
  const forArchitect = command.who.includes('architect') && !command.who.includes('agent');
  return {
    name: toolName(command),
    description: `${command.summary}${forArchitect ? ' (architect only)' : ''}. As a command: ${command.examples[0] ?? command.name}`,
    inputSchema: {
      type: 'object',
      properties,
      required: [
        ...command.args.filter((arg) => arg.required).map((arg) => arg.name),
        ...Object.keys(command.flags).filter((name) => command.flags[name]?.required),
      ],
    },
  };
}

function schemaOf(flag: Flag): object {
  if (flag.type === 'list') return { type: 'array', items: { type: 'string' }, description: flag.describe };
  return {
    type: { text: 'string', boolean: 'boolean', number: 'number' }[flag.type],
    description: flag.describe,
  };
}

/** The words of a tool call. Values that begin with a dash stay values. */
export function wordsOf(command: Command, input: Readonly<Record<string, unknown>>): string[] {
  const flags = Object.keys(command.flags).flatMap((name) => {
    const value = input[name];
    if (value === undefined || value === null || value === false) return [];
    if (value === true) return [`--${name}`];
    return [`--${name}=${Array.isArray(value) ? value.join(',') : String(value)}`];
  });
  const words = command.args.flatMap((arg) => {
    const value = input[arg.name];
    return value === undefined || value === null || value === '' ? [] : [String(value)];
  });
  return [...command.name.split(' '), ...flags, ...(words.length > 0 ? ['--', ...words] : [])];
}

/**
 * Serves an agent's tools over standard input and output until that ends.
 * @param connect reaches the supervisor with the session's own token; a new connection is made when one was lost
 */
export async function serveTools(version: string, connect: () => Promise<WireClient>): Promise<void> {
  const byName = new Map(agentCommands().map((command) => [toolName(command), command]));
  const server = new Server({ name: 'mcc', version }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...byName.values()].map(toolOf) }));
  let client: WireClient | undefined;
  const connected = async (): Promise<WireClient> => {
    if (client) return client;
    const made = await connect();
    made.onClose(() => {
      if (client === made) client = undefined;
    });
    client = made;
    return made;
  };
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const command = byName.get(params.name);
    if (!command) return said(`there is no tool ${params.name}`, true);
    try {
      const result = await (await connected()).command(wordsOf(command, params.arguments ?? {}));
      return result.ok
        ? said(result.text, false)
        : said(`${result.refusal}${result.hint ? `\nhint: ${result.hint}` : ''}`, true);
    } catch (error) {
      return said(error instanceof Error ? error.message : String(error), true);
    }
  });
  const transport = new StdioServerTransport();
  const ended = new Promise<void>((done) => {
    server.onclose = () => done();
  });
  process.stdin.once('end', () => void server.close());
  await server.connect(transport);
  await ended;
  await client?.close();
}

const said = (text: string, isError: boolean) => ({ content: [{ type: 'text' as const, text }], isError });
