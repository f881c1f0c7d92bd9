import { z } from 'zod';
import { messageSchema } from './message.ts';
import { messagesSchema, nudgeSchema } from './message-settings.ts';

/**
 * Facts and events. A fact says what happened; the supervisor stamps it into an event and appends it to the log.
 * A shape never changes once it was written: a new shape gets a new `v` and an upgrade (DESIGN, "Files").
 */

const name = z.string().min(1);
const commit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'a full commit id');

export const statuses = [
  'starting',
  'idle',
  'working',
  'needs-you',
  /** its turn is over, and something that it started runs on */
  'background',
  'done',
  'stalled',
  'exited',
  /** its session was ended while it had nothing to do; its conversation goes on when something comes */
  'suspended',
  'crashed',
  'unknown',
] as const;
export type Status = (typeof statuses)[number];

/** What a person is waited for, with status needs-you. */
export const needs = ['permission', 'question', 'plan', 'trust', 'dialog', 'limit', 'login'] as const;
export type Needs = (typeof needs)[number];

export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof priorities)[number];

export const resolutions = ['send', 'drop', 'arrived'] as const;

/** What an event says of itself: no fact may say it again. */
type NotStamped = { [K in 'type' | 'v' | 'seq' | 'at' | 'by' | 'cause']?: never } & Record<string, unknown>;

const factSchemas = {
  // The project and who serves it.
  'team.declared': {
    base: name,
    architect: name.optional(),
    auto: z.boolean(),
    gates: z.array(name),
    messages: messagesSchema.optional(),
    nudge: nudgeSchema.optional(),
    agents: z.array(
      z.object({
        name,
        kind: name,
        description: z.string().optional(),
        autostart: z.boolean(),
        /** what its worktree is to be made ready by, as settingsKey gives it */
        settings: z.string().optional(),
      }),
    ),
  },
  'supervisor.started': { pid: z.int(), version: name },
  'supervisor.stopped': { reason: z.string() },
  'base.moved': { commit },

  // Agents: intent (wanted) apart from fact (a session runs).
  'agent.wanted': { agent: name },
  'agent.unwanted': { agent: name, reason: z.string() },
  'agent.restarting': { agent: name },
  /** its turn is to end by the key that its kind has for that; then what came of it */
  'agent.interrupting': { agent: name },
  'agent.interrupted': { agent: name, session: name, outcome: z.string() },
  'agent.reported': {
    agent: name,
    source: name,
    status: z.enum(statuses),
    reason: z.string().optional(),
    needs: z.enum(needs).optional(),
    tool: z.string().optional(),
    argument: z.string().optional(),
    /** the answers that a question offers */
    options: z.array(z.string()).optional(),
    /** when a limit ends, as the agent says it */
    until: z.string().optional(),
    /** the screen rule that read it */
    rule: z.string().optional(),
  },
  // Permissions: asked by a session, answered by the person or a rule, or ended by a key in the pane.
  'permission.asked': {
    id: name,
    agent: name,
    session: name,
    tool: name,
    argument: z.string().optional(),
    /** what the tool was given, as JSON, cut to be read by eye */
    input: z.string(),
  },
  'permission.answered': {
    id: name,
    decision: z.enum(['allow', 'deny']),
    reason: z.string().optional(),
    rule: z.string().optional(),
  },
  'permission.ended': { id: name, how: z.string() },
  'permission.granted': { task: name, rule: z.string() },
  'worktree.ready': { agent: name, path: name, branch: name, commit },
  // What a worktree is made ready by (copied files, set-up commands), and whether that was done.
  'worktree.prepared': { agent: name, settings: z.string() },
  'worktree.unprepared': { agent: name, settings: z.string(), reason: z.string(), hint: z.string() },
  /** why its session does not start although it is wanted */
  'agent.waits': { agent: name, reason: z.string() },
  // To make room for others: wanted all the same, and started again when there is something to do.
  'agent.suspended': { agent: name, reason: z.string() },
  'agent.woken': { agent: name, reason: z.string() },
  /** an agent with its children is over a limit; `ended` is what was ended for it, in words */
  'limit.exceeded': {
    agent: name,
    limit: z.enum(['memory', 'cpu', 'processes']),
    used: z.number(),
    most: z.number(),
    ended: z.string().optional(),
  },
  'limit.kept': { agent: name, limit: z.enum(['memory', 'cpu', 'processes']) },
  // Ports that no other worktree gets: the holder is an agent, or the gates.
  'ports.leased': { holder: name, name, ports: z.array(z.int().min(1).max(65_535)) },
  'ports.freed': { holder: name },
  'worktree.moved': {
    agent: name,
    branch: name,
    commit,
    dirty: z.int(),
    ahead: z.int(),
    behind: z.int(),
    insertions: z.int(),
    deletions: z.int(),
  },
  'session.started': {
    agent: name,
    session: name,
    conversation: name,
    pid: z.int(),
    start: z.string(),
    resumed: z.boolean(),
    said: z.string().optional(),
  },
  'session.exited': {
    agent: name,
    session: name,
    code: z.int().nullable(),
    signal: z.int().nullable(),
    reason: z.string(),
  },
  'session.renewed': { agent: name, conversation: name },

  // Tasks, from a request to the base branch.
  'task.added': {
    task: name,
    kind: z.enum(['work', 'request']),
    title: name,
    text: z.string(),
    to: name.optional(),
    needs: z.array(name),
    priority: z.enum(priorities),
    parent: name.optional(),
    files: z.array(z.string()),
    timeout: z.int().positive().optional(),
    alias: name.optional(),
  },
  'task.assigned': { task: name, agent: name },
  /** taken from an agent that cannot go on with it: open again */
  'task.released': { task: name, agent: name, reason: z.string() },
  'task.branched': { task: name, agent: name, branch: name, base: commit },
  'task.held': { task: name, reason: z.string() },
  'task.submitted': { task: name, branch: name, commit, summary: z.string() },
  'task.approved': { task: name, commit, note: z.string().optional() },
  'task.rejected': { task: name, commit: commit.optional(), reason: z.string() },
  'task.returned': {
    task: name,
    commit,
    reason: z.enum(['conflict', 'gates', 'moved', 'git', 'fence']),
    detail: z.string(),
    files: z.array(z.string()),
  },
  'task.merged': { task: name, commit, base: commit },
  'task.done': { task: name, result: z.string() },
  'task.failed': { task: name, reason: z.string() },
  'task.cancelled': { task: name, reason: z.string() },
  'task.changed': {
    task: name,
    to: name.optional(),
    priority: z.enum(priorities).optional(),
    needs: z.array(name).optional(),
  },

  // The merge queue.
  'merge.requested': { task: name },
  'merge.started': { task: name, commit, base: commit },
  'merge.gated': { task: name, gate: name, ok: z.boolean(), ms: z.int(), output: z.string() },
  'merge.held': { task: name, reason: z.string() },

  // Messages and their receipts.
  'message.queued': { message: messageSchema },
  'message.handed': { id: name, route: z.enum(['keyboard', 'hook', 'read']), session: name.optional() },
  'message.accepted': { id: name },
  /** its reader wrote back, with the message `reply` */
  'message.answered': { id: name, reply: name },
  'message.requeued': { id: name, reason: z.string() },
  'message.held': { id: name, reason: z.string() },
  /** a person decided on one that waits: hand it over now, drop it, or count it as taken */
  'message.resolved': { id: name, how: z.enum(resolutions) },
  /** changes in a checkout that nobody made who works there: all that are there now, none when they are gone or noted */
  'foreign.changed': {
    where: name,
    files: z.array(z.string()),
    /** who used a tool at that time */
    suspects: z.array(name),
    tool: z.string().optional(),
    /** nothing says that the tool was used on that checkout: it may as well have been the person */
    vague: z.boolean().optional(),
  },
  'file.refused': { file: name, reason: z.string() },

  'effect.failed': { effect: name, error: z.string(), hint: z.string().optional() },
} as const satisfies Record<string, NotStamped>;

type Shapes = typeof factSchemas;
export type FactType = keyof Shapes;
/** One fact: `{type, …}` with exactly the fields that its type names. */
export type Fact = { [T in FactType]: { type: T } & z.infer<z.ZodObject<Shapes[T]>> }[FactType];
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;

/** Who acted: the person, mcc itself, or an agent (`agent:<name>`). */
export type Actor = 'person' | 'mcc' | `agent:${string}`;

export interface Stamp {
  v: 1;
  /** 1, 2, 3 … without a gap */
  seq: number;
  /** ISO 8601, UTC */
  at: string;
  by: Actor;
  /** what led to it: a command's words, an effect's key, or null */
  cause: string | null;
}
export type Event = Stamp & Fact;

const stampShape = {
  v: z.literal(1),
  seq: z.int().positive(),
  at: z.iso.datetime(),
  by: z.union([z.literal(['person', 'mcc']), z.templateLiteral(['agent:', name])]),
  cause: z.string().nullable(),
};
const eventSchemas = new Map(
  Object.entries(factSchemas).map(([type, shape]) => [
    type,
    z.strictObject({ ...stampShape, type: z.literal(type), ...shape }),
  ]),
);

/** Every type of fact there is. */
export const factTypes = Object.keys(factSchemas) as FactType[];

/**
 * Reads one parsed line of the log.
 * @throws Error with one sentence when the type is unknown, or a field is missing, does not fit or is none of its type.
 */
export function parseEvent(value: unknown): Event {
  const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : '';
  const schema = eventSchemas.get(type);
  if (!schema) throw new Error(`unknown event type ${JSON.stringify(type)}: was it written by a newer mcc?`);
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(
      [type, issue?.path.join('.'), issue?.message ?? 'does not fit'].filter(Boolean).join(': '),
    );
  }
  return result.data as unknown as Event;
}
