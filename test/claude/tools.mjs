// Stands in for `mcc` in the laboratory: as `mcc mcp` a tiny MCP server with one tool, else it prints who calls it.
import { createInterface } from 'node:readline';

const who = `${process.env.MCC_AGENT} ${process.env.MCC_TOKEN}`;
if (process.argv[2] !== 'mcp') {
  console.log(`mcc ${process.argv.slice(2).join(' ')} by ${who}`);
} else {
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) return;
    if (method === 'initialize')
      send({
        id,
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'mcc', version: '1' },
        },
      });
    else if (method === 'tools/list')
      send({
        id,
        result: {
          tools: [
            {
              name: 'send',
              description: 'Sends a message',
              inputSchema: { type: 'object', properties: { to: { type: 'string' } } },
            },
          ],
        },
      });
    else if (method === 'tools/call')
      send({ id, result: { content: [{ type: 'text', text: `sent to ${params.arguments.to} by ${who}` }] } });
    else send({ id, result: {} });
  });
}
