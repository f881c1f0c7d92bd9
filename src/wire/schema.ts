import { z } from 'zod';

/**
 * What may stand in the header of a frame, checked at both ends. A field that this version does not know is ignored,
 * a type that it does not know is refused; whatever changes a meaning raises WIRE_VERSION.
 */
export const WIRE_VERSION = 2;

const agent = z.string().min(1).max(64);
const side = z.int().min(1).max(10_000);
const size = { cols: side, rows: side };
/** What a person's terminal tells the process at it: its end, a stop, and that it goes on. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGCONT'] as const;
const words = z.array(z.string().max(1024 * 1024)).max(1000);

/** The first frame of a client. Its fields `type` and `wire` never change, so that any version can be told its own. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  wire: z.literal(WIRE_VERSION),
  version: z.string().max(100),
  pid: z.int().positive(),
  client: z.enum(['tui', 'cli', 'mcp']),
  token: z.string().max(1000).optional(),
});

/** What of a first frame every version understands. */
export const anyHello = z.object({ type: z.literal('hello'), wire: z.int() });

export const clientFrame = z.discriminatedUnion('type', [
  helloSchema,
  z.object({
    type: z.literal('command'),
    /** chosen by the client; its result bears it */
    id: z.int().nonnegative(),
    words,
    /** what stood on its standard input */
    input: z.string().optional(),
  }),
  z.object({ type: z.literal('watch'), agent, size: z.object(size).optional() }),
  z.object({ type: z.literal('unwatch'), agent }),
  /** the body is what was typed */
  z.object({ type: z.literal('input'), agent }),
  z.object({ type: z.literal('resize'), agent, cols: side, rows: side }),
  /** asks for the state and every event from then on */
  z.object({ type: z.literal('follow') }),
  /** opens a screen on the terminal that this client sits at */
  z.object({
    type: z.literal('attach'),
    ...size,
    /** where that terminal is, and what it must turn out to be; without it, it is reached through this client */
    device: z
      .object({ path: z.string().max(1000), dev: z.number(), ino: z.number(), rdev: z.number() })
      .optional(),
    /** what tells the terminal and the desktop around it */
    environment: z.record(z.string(), z.string()),
    /** the layout that was asked for by name */
    layout: z.string().optional(),
  }),
  /** what the terminal sent, where it is reached through the client: the body */
  z.object({ type: z.literal('keys') }),
  z.object({ type: z.literal('resized'), ...size }),
  /** a signal that the client got, which sits at the terminal */
  z.object({ type: z.literal('signal'), signal: z.enum(signals) }),
]);

export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  wire: z.literal(WIRE_VERSION),
  version: z.string(),
  pid: z.int(),
  /** name of the project */
  project: z.string(),
  /** its base branch */
  base: z.string(),
  /** who the client is taken for */
  actor: z.string(),
});

/** The last frame to a client that is not let in or broke the rules; its shape never changes. */
export const refusedSchema = z.object({
  type: z.literal('refused'),
  reason: z.string(),
  hint: z.string(),
  /** of the server */
  wire: z.int(),
  version: z.string(),
});

const done = z.object({
  type: z.literal('result'),
  id: z.int(),
  ok: z.literal(true),
  text: z.string(),
  data: z.unknown().optional(),
});
const notDone = z.object({
  type: z.literal('result'),
  id: z.int(),
  ok: z.literal(false),
  refusal: z.string(),
  hint: z.string().optional(),
  /** exit code for a shell */
  code: z.int(),
});

export const serverFrame = z.discriminatedUnion('type', [
  welcomeSchema,
  refusedSchema,
  z.discriminatedUnion('ok', [done, notDone]),
  z.object({ type: z.literal('state'), state: z.unknown() }),
  z.object({ type: z.literal('event'), event: z.unknown() }),
  /** the body restores the screen */
  z.object({ type: z.literal('snapshot'), agent, cols: side, rows: side }),
  /** the body is what the session wrote */
  z.object({ type: z.literal('output'), agent }),
  z.object({ type: z.literal('size'), agent, cols: side, rows: side }),
  /** the supervisor cannot reach the client's terminal by itself: keys and frames go through the client */
  z.object({ type: z.literal('relay') }),
  /** the body goes to the terminal as it is */
  z.object({ type: z.literal('draw') }),
  /** the terminal is as it was: stop this process, as Ctrl-Z does */
  z.object({ type: z.literal('stop') }),
  /** the screen has ended and the terminal is as it was */
  z.object({
    type: z.literal('end'),
    reason: z.enum(['detached', 'closed', 'ended', 'refused', 'bug']),
    message: z.string().optional(),
    hint: z.string().optional(),
    signal: z.enum(signals).optional(),
  }),
  z.object({ type: z.literal('bye'), reason: z.string() }),
]);

export type ScreenEnd = Omit<Extract<ServerFrame, { type: 'end' }>, 'type'>;
export type Hello = z.infer<typeof helloSchema>;
export type ClientFrame = z.infer<typeof clientFrame>;
export type ServerFrame = z.infer<typeof serverFrame>;
export type Welcome = z.infer<typeof welcomeSchema>;
export type Refused = z.infer<typeof refusedSchema>;
export type ResultFrame = z.infer<typeof done> | z.infer<typeof notDone>;

/** What came of a command. */
export type Result =
  | { ok: true; text: string; data?: unknown }
  | { ok: false; refusal: string; hint?: string | undefined; code: number };

/** Headers that come again and again (see FrameReader) are checked once. */
const checked = new WeakMap<object, Map<z.ZodType, unknown>>();

/**
 * Checks the header of a frame.
 * @throws Error with one sentence that names the type and the field
 */
export function checkFrame<T>(schema: z.ZodType<T>, header: Record<string, unknown>): T {
  const known = checked.get(header)?.get(schema);
  if (known !== undefined) return known as T;
  const result = schema.safeParse(header);
  if (result.success) {
    if (Object.isFrozen(header)) checked.set(header, new Map(checked.get(header)).set(schema, result.data));
    return result.data;
  }
  const issue = result.error.issues[0];
  const place = issue?.path.join('.');
  throw new Error(
    `a frame of type ${JSON.stringify(header.type)?.slice(0, 80) ?? 'none'} does not fit: ${place ? `${place}: ` : ''}${issue?.message ?? 'unknown'}`,
  );
}
