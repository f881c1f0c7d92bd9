import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A loopback server that plays the Messages API by script: the real CLI talks to it, and a function decides what "the
 * model" says next. Deterministic: ids are counted, nothing depends on time.
 */

export type Content =
  /** `half`: the second half is not sent before that; `tokens`: so long is the conversation said to be, 1000 when not given */
  | { type: 'text'; text: string; half?: Promise<unknown>; tokens?: number }
  | { type: 'tool_use'; name: string; input: Record<string, unknown> };

export interface ToolResult {
  name: string;
  text: string;
  isError: boolean;
}

/** What the script sees of one request. */
export interface Turn {
  /** what stands before /v1 in the address it was asked at, without slashes */
  at: string;
  /** asked by a subagent of that session */
  subagent: boolean;
  /** the agent's name, found in mcc's role text; '' when there is none */
  agent: string;
  session: string;
  /** the text of the last message that is not only tool results */
  prompt: string;
  /** results of the tools used since that prompt, oldest first; empty at the beginning of a turn */
  results: ToolResult[];
  /** every user text so far, oldest first */
  said: string[];
  tools: string[];
  system: string;
  /** n-th request of this session, from 1 */
  count: number;
}

/** What the model says next; an Error becomes an API error of that status (`{ status, type, message }`). */
export type Script = (turn: Turn) => Content[] | ApiError | Promise<Content[] | ApiError>;
export interface ApiError {
  status: number;
  type: string;
  message: string;
  headers?: Record<string, string>;
}

export const say = (text: string): Content => ({ type: 'text', text });
export const use = (name: string, input: Record<string, unknown>): Content => ({
  type: 'tool_use',
  name,
  input,
});

export interface Request {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: any;
}

export interface Model {
  url: string;
  requests: Request[];
  turns: Turn[];
  close(): Promise<void>;
}

/**
 * @param errand answers what is asked without the agent's tools (titles, summaries); 'ok' when not given
 */
export async function playModel(script: Script, errand: Script = () => [say('ok')]): Promise<Model> {
  const requests: Request[] = [];
  const turns: Turn[] = [];
  const counts = new Map<string, number>();
  let ids = 0;

  const answer = async (request: Request, response: ServerResponse) => {
    const [, at = '', path] = /^\/?(.*?)\/?(\/v1\/[^?]*)/.exec(request.path) ?? [];
    if (path === '/v1/messages/count_tokens') return sendJson(response, 200, { input_tokens: 1000 });
    if (path !== '/v1/messages')
      return sendJson(response, 404, apiError({ status: 404, type: 'not_found_error', message: 'not here' }));
    const body = request.body;
    const session = String(request.headers['x-claude-code-session-id'] ?? '');
    const subagent = request.headers['x-claude-code-agent-id'] !== undefined;
    const whole = isAgentTurn(body);
    const count = (counts.get(session) ?? 0) + (whole ? 1 : 0);
    counts.set(session, count);
    const turn = { ...readTurn(body, session, count), at, subagent };
    if (whole) turns.push(turn);
    const next = await (whole ? script : errand)(turn);
    if (Array.isArray(next)) return send(response, body, next, ++ids);
    return sendJson(response, next.status, apiError(next), next.headers);
  };

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const request: Request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: text.startsWith('{') ? JSON.parse(text) : text,
      };
      requests.push(request);
      answer(request, response).catch((error: unknown) =>
        sendJson(response, 500, apiError({ status: 500, type: 'api_error', message: String(error) })),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    turns,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Titles, summaries and other errands come without the agent's tools; they get a harmless answer. */
function isAgentTurn(body: any): boolean {
  return Array.isArray(body.tools) && body.tools.some((tool: any) => tool.name === 'Bash');
}

function readTurn(body: any, session: string, count: number): Omit<Turn, 'at' | 'subagent'> {
  const system = blocks(body.system).map(textOf).join('\n');
  const names = new Map<string, string>();
  const said: string[] = [];
  let results: ToolResult[] = [];
  for (const message of body.messages) {
    const content = blocks(message.content);
    for (const block of content) if (block.type === 'tool_use') names.set(block.id, block.name);
    if (message.role !== 'user') continue;
    const found = content.filter((block) => block.type === 'tool_result');
    const texts = content
      .filter((block) => block.type === 'text')
      .map(textOf)
      .filter(isSpoken);
    results.push(
      ...found.map((block) => ({
        name: names.get(block.tool_use_id) ?? '',
        text: blocks(block.content).map(textOf).join('\n'),
        isError: block.is_error === true,
      })),
    );
    if (texts.length === 0) continue;
    said.push(texts.join('\n'));
    results = [];
  }
  return {
    agent: /You are the agent "([a-z0-9-]+)"/.exec(system)?.[1] ?? '',
    session,
    prompt: said.at(-1) ?? '',
    results,
    said,
    tools: ((body.tools ?? []) as { name: string }[]).map((tool) => tool.name),
    system,
    count,
  };
}

const isSpoken = (text: string) => !text.trimStart().startsWith('<system-reminder>');
const textOf = (block: any): string => (typeof block === 'string' ? block : (block.text ?? ''));
const blocks = (content: any): any[] =>
  content === undefined ? [] : typeof content === 'string' ? [{ type: 'text', text: content }] : content;

const apiError = (error: ApiError) => ({
  type: 'error',
  error: { type: error.type, message: error.message },
});

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

async function send(response: ServerResponse, body: any, content: Content[], id: number) {
  const usesTool = content.some((block) => block.type === 'tool_use');
  const blocksOut = content.map((block, index) =>
    block.type === 'text'
      ? { type: block.type, text: block.text }
      : { ...block, id: `toolu_${String(id).padStart(8, '0')}${index}` },
  );
  const message = {
    id: `msg_${String(id).padStart(8, '0')}`,
    type: 'message',
    role: 'assistant',
    model: body.model,
    stop_sequence: null,
    usage: {
      input_tokens: content.find((block) => block.type === 'text')?.tokens ?? 1000,
      output_tokens: 20,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 900,
    },
  };
  const stop_reason = usesTool ? 'tool_use' : 'end_turn';
  if (body.stream !== true) return sendJson(response, 200, { ...message, content: blocksOut, stop_reason });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const event = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  event('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of blocksOut.entries()) {
    if (block.type === 'text') {
      event('content_block_start', { index, content_block: { type: 'text', text: '' } });
      const pieces = block.text.match(/[\s\S]{1,40}/g) ?? [];
      const written = content[index];
      for (const [at, piece] of pieces.entries()) {
        if (at === pieces.length >> 1 && written?.type === 'text') await written.half;
        event('content_block_delta', { index, delta: { type: 'text_delta', text: piece } });
      }
    } else {
      event('content_block_start', { index, content_block: { ...block, input: {} } });
      event('content_block_delta', {
        index,
        delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
      });
    }
    event('content_block_stop', { index });
  }
  event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } });
  event('message_stop', {});
  response.end();
}
