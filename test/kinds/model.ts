import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A loopback server that plays the model for the CLIs of other kinds by script, in the three protocols they speak:
 * OpenAI's Responses (codex), Chat Completions (opencode) and Gemini's generateContent. Deterministic: ids are counted,
 * nothing depends on time.
 */

export type Content = { text: string } | { use: string; input: Record<string, unknown> };
export const say = (text: string): Content => ({ text });
export const use = (name: string, input: Record<string, unknown>): Content => ({ use: name, input });

/** Thrown by a script: the API refuses. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the script sees of one request. */
export interface Turn {
  /** the agent's name, found in mcc's role text; '' when there is none */
  agent: string;
  /** what was said last to the model */
  prompt: string;
  /** texts of the tools' results since then, oldest first */
  results: string[];
  tools: string[];
  /** the whole request, for what only one protocol has */
  body: any;
}

export type Script = (turn: Turn) => Content[] | Promise<Content[]>;

export interface Model {
  /** http://127.0.0.1:<port>; the first two protocols are found below /v1, Gemini's below /v1beta */
  url: string;
  turns: Turn[];
  /** paths that nothing answered */
  unknown: string[];
  close(): Promise<void>;
}

export async function playModel(script: Script): Promise<Model> {
  const turns: Turn[] = [];
  const unknown: string[] = [];
  let ids = 0;
  const answer = async (path: string, body: any, response: ServerResponse) => {
    const protocol = protocols.find(({ path: fits }) => fits.test(path));
    if (!protocol) {
      unknown.push(path);
      return json(response, 404, { error: { message: 'not here', code: 404, status: 'NOT_FOUND' } });
    }
    const turn = protocol.read(body);
    // Titles and summaries come without tools; they get a harmless answer.
    const isErrand = turn.tools.length === 0;
    if (!isErrand) turns.push(turn);
    const next = isErrand ? [say('A title')] : await script(turn);
    protocol.write(response, next, `${++ids}`.padStart(8, '0'), body, path);
  };
  const server = createServer((incoming, response) => {
    void read(incoming).then((text) =>
      answer(incoming.url ?? '', text.startsWith('{') ? JSON.parse(text) : {}, response).catch((error) =>
        json(response, error instanceof ApiError ? error.status : 500, {
          error: {
            message: error.message,
            code: 400,
            type: 'invalid_request_error',
            status: 'INVALID_ARGUMENT',
          },
        }),
      ),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turns,
    unknown,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface Protocol {
  path: RegExp;
  read(body: any): Turn;
  write(response: ServerResponse, content: Content[], id: string, body: any, path: string): void;
}

/** One thing in a conversation, whatever the protocol calls it. */
type Said = { who: 'system' | 'user' | 'result' | 'other'; text: string };

function turnOf(said: Said[], tools: string[], body: any): Turn {
  const system = said.map(({ text }) => text).join('\n');
  const last = said.findLastIndex(({ who }) => who === 'user');
  return {
    agent: /You are the agent "([a-z0-9-]+)"/.exec(system)?.[1] ?? '',
    prompt: said[last]?.text ?? '',
    results: said.slice(last + 1).flatMap(({ who, text }) => (who === 'result' ? [text] : [])),
    tools,
    body,
  };
}

const textIn = (content: any): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((part) => part.text ?? '').join('\n')
      : JSON.stringify(content ?? '');

const responses: Protocol = {
  path: /^\/v1\/responses/,
  read: (body) =>
    turnOf(
      [
        { who: 'system', text: body.instructions ?? '' },
        ...(body.input ?? []).map((item: any): Said => {
          if (/_output$/.test(item.type)) return { who: 'result', text: textIn(item.output) };
          const who = item.role === 'user' ? 'user' : item.role === 'developer' ? 'system' : 'other';
          return { who, text: textIn(item.content ?? '') };
        }),
      ],
      (body.tools ?? []).flatMap((tool: any) =>
        tool.type === 'namespace'
          ? tool.tools.map((inner: any) => `${tool.name}.${inner.name}`)
          : [tool.name ?? tool.type],
      ),
      body,
    ),
  write: (response, content, id, body) => {
    const kinds = new Map<string, any>(
      (body.tools ?? []).flatMap((tool: any) => [
        [tool.name, tool],
        ...(tool.tools ?? []).map((inner: any) => [
          `${tool.name}.${inner.name}`,
          { ...inner, in: tool.name },
        ]),
      ]),
    );
    const items = content.map((part, index) => {
      const mark = `${id}${index}`;
      if ('text' in part)
        return {
          type: 'message',
          id: `msg_${mark}`,
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: part.text, annotations: [] }],
        };
      const tool = kinds.get(part.use);
      const call = { call_id: `call_${mark}`, name: tool?.name ?? part.use };
      if (tool?.type === 'custom')
        return { type: 'custom_tool_call', id: `ctc_${mark}`, ...call, input: part.input.input };
      return {
        type: 'function_call',
        id: `fc_${mark}`,
        ...call,
        ...(tool?.in ? { namespace: tool.in } : {}),
        arguments: JSON.stringify(part.input),
      };
    });
    const event = stream(response);
    const about = {
      id: `resp_${id}`,
      object: 'response',
      model: body.model,
      status: 'in_progress',
      output: [],
    };
    event({ type: 'response.created', response: about });
    items.forEach((item, output_index) => {
      event({ type: 'response.output_item.added', output_index, item });
      event({ type: 'response.output_item.done', output_index, item });
    });
    const usage = {
      ...{ input_tokens: 1000, output_tokens: 20, total_tokens: 1020 },
      ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
    };
    event({ type: 'response.completed', response: { ...about, status: 'completed', output: items, usage } });
    response.end();
  },
};

const chat: Protocol = {
  path: /^\/v1\/chat\/completions/,
  read: (body) =>
    turnOf(
      (body.messages ?? []).map((message: any): Said => {
        const who = { system: 'system', user: 'user', tool: 'result' }[message.role as string] ?? 'other';
        return { who: who as Said['who'], text: textIn(message.content ?? '') };
      }),
      (body.tools ?? []).map((tool: any) => tool.function?.name ?? ''),
      body,
    ),
  write: (response, content, id, body) => {
    const event = stream(response);
    const chunk = (delta: object, finish_reason: string | null = null, usage?: object) =>
      event({
        ...{ id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1, model: body.model },
        choices: [{ index: 0, delta, finish_reason }],
        ...(usage ? { usage } : {}),
      });
    chunk({ role: 'assistant', content: '' });
    content.forEach((part, index) => {
      if ('text' in part) chunk({ content: part.text });
      else
        chunk({
          tool_calls: [
            {
              ...{ index, id: `call_${id}${index}`, type: 'function' },
              function: { name: part.use, arguments: JSON.stringify(part.input) },
            },
          ],
        });
    });
    const uses = content.some((part) => 'use' in part);
    chunk({}, uses ? 'tool_calls' : 'stop', {
      prompt_tokens: 1000,
      completion_tokens: 20,
      total_tokens: 1020,
    });
    response.end('data: [DONE]\n\n');
  },
};

const gemini: Protocol = {
  path: /^\/v1(beta)?\/models\/[^:]+:(streamG|g)enerateContent/,
  read: (body) =>
    turnOf(
      [
        { who: 'system', text: textIn(body.systemInstruction?.parts ?? '') },
        ...(body.contents ?? []).flatMap((entry: any) =>
          (entry.parts ?? []).map((part: any): Said => {
            if (part.functionResponse)
              return { who: 'result', text: JSON.stringify(part.functionResponse.response) };
            return { who: entry.role === 'user' ? 'user' : 'other', text: part.text ?? '' };
          }),
        ),
      ],
      (body.tools ?? []).flatMap((tool: any) =>
        (tool.functionDeclarations ?? []).map((one: any) => one.name as string),
      ),
      body,
    ),
  write: (response, content, id, body, path) => {
    // An errand that asks for JSON gets some that fits its schema's required strings.
    const isJson = body.generationConfig?.responseMimeType === 'application/json';
    const schema = body.generationConfig?.responseJsonSchema ?? body.generationConfig?.responseSchema;
    const parts = isJson
      ? [
          {
            text: JSON.stringify(
              Object.fromEntries(
                (schema?.required ?? []).map((key: string) => [
                  key,
                  schema.properties?.[key]?.enum?.[0] ?? 'none',
                ]),
              ),
            ),
          },
        ]
      : content.map((part, index) =>
          'text' in part
            ? { text: part.text }
            : { functionCall: { id: `call_${id}${index}`, name: part.use, args: part.input } },
        );
    const whole = {
      candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 20, totalTokenCount: 1020 },
      modelVersion: 'played',
      responseId: id,
    };
    if (!path.includes('streamGenerateContent')) return json(response, 200, whole);
    stream(response)(whole);
    response.end();
  },
};

const protocols = [responses, chat, gemini];

function stream(response: ServerResponse): (data: any) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (data) =>
    response.write(`${data.type ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
