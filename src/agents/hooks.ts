import { z } from 'zod';
import type { Report } from './define.ts';
import { idsIn } from './message.ts';

/**
 * Claude Code's hook protocol: JSON bodies with `hook_event_name`. Measured on 2.1.197 and 2.1.329 (test/claude);
 * field lists in the CLI's own documentation of hooks. A program of kind `command` that posts such bodies to
 * MCC_HOOK_URL is understood the same way.
 */
const bodySchema = z.object({
  hook_event_name: z.string().min(1),
  session_id: z.string().min(1),
  transcript_path: z.string().optional(),
  cwd: z.string().optional(),
  agent_id: z.string().optional(),
  prompt: z.string().optional(),
  tool_name: z.string().optional(),
  tool_input: z.record(z.string(), z.unknown()).optional(),
  notification_type: z.string().optional(),
  message: z.string().optional(),
  is_interrupt: z.boolean().optional(),
  stop_hook_active: z.boolean().optional(),
  background_tasks: z
    .array(z.object({ type: z.string().optional(), description: z.string().optional() }))
    .optional()
    .catch(undefined),
  last_assistant_message: z.string().nullish(),
  error: z.string().optional(),
  source: z.string().optional(),
  trigger: z.string().optional(),
  reason: z.string().optional(),
});
type Body = z.infer<typeof bodySchema>;
type Meaning = Partial<
  Pick<
    Report,
    'status' | 'reason' | 'needs' | 'tool' | 'argument' | 'options' | 'until' | 'turnEnded' | 'said'
  >
>;

/** What one hook body says; null when it is not a hook body. */
export function hookReport(value: unknown): Report | null {
  const parsed = bodySchema.safeParse(value);
  if (!parsed.success) return null;
  const body = parsed.data;
  const argument = tellingArgument(body.tool_input, body.cwd);
  return {
    source: 'hook',
    event: body.hook_event_name,
    conversation: body.session_id,
    accepted: body.hook_event_name === 'UserPromptSubmit' ? idsIn(body.prompt ?? '') : [],
    turnEnded: false,
    ...(body.stop_hook_active && { continued: true }),
    ...(body.transcript_path && { transcript: body.transcript_path }),
    ...(body.tool_name && { tool: body.tool_name }),
    ...(argument && { argument }),
    ...touched(body),
    ...(body.agent_id && { subagent: true as const }),
    ...meaning(body, argument),
  };
}

function meaning(body: Body, argument: string | undefined): Meaning {
  const doing = [body.tool_name, argument].filter(Boolean).join(' ');
  switch (body.hook_event_name) {
    case 'SessionStart':
      return body.source === 'compact' ? {} : { status: 'idle' };
    case 'UserPromptSubmit':
      return { status: 'working' };
    case 'PreToolUse':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      // Esc stopped it, and the turn with it: what comes of that no hook tells.
      if (body.is_interrupt) return {};
      return { status: 'working', ...(doing && { reason: doing }) };
    case 'PermissionRequest':
      return asked(body, doing);
    case 'Notification':
      return notified(body);
    case 'Stop':
      return stopped(body);
    case 'StopFailure':
      return failed(body);
    case 'PreCompact':
      return { status: 'working', reason: 'compacting the conversation' };
    case 'PostCompact':
      return { status: body.trigger === 'manual' ? 'idle' : 'working' };
    case 'SessionEnd':
      return body.reason === 'clear' ? {} : { status: 'exited', reason: body.reason ?? 'ended' };
    default:
      return {};
  }
}

/** Tools that name one file, by whether they write it. */
const fileTools: Record<string, boolean> = {
  Read: false,
  Edit: true,
  MultiEdit: true,
  Write: true,
  NotebookEdit: true,
};

function touched({ hook_event_name, tool_name = '', tool_input }: Body): Pick<Report, 'touches'> {
  const writes = Object.hasOwn(fileTools, tool_name) ? fileTools[tool_name] : undefined;
  const file = tool_input?.file_path ?? tool_input?.notebook_path;
  if (hook_event_name !== 'PreToolUse' || writes === undefined || typeof file !== 'string') return {};
  return { touches: { file, writes } };
}

function asked(body: Body, doing: string): Meaning {
  if (body.tool_name === 'AskUserQuestion')
    return {
      status: 'needs-you',
      needs: 'question',
      reason: `question: ${doing.slice(body.tool_name.length).trim()}`,
      options: optionsOf(body.tool_input),
    };
  if (body.tool_name === 'ExitPlanMode')
    return { status: 'needs-you', needs: 'plan', reason: 'a plan to approve' };
  return { status: 'needs-you', needs: 'permission', reason: `permission: ${doing}` };
}

function notified(body: Body): Meaning {
  if (body.notification_type === 'idle_prompt') return { status: 'idle' };
  if (body.notification_type === 'permission_prompt')
    return { status: 'needs-you', needs: 'permission', reason: body.message ?? 'permission' };
  if (body.notification_type === 'elicitation_dialog')
    return { status: 'needs-you', needs: 'dialog', reason: body.message ?? 'a dialog is open' };
  return {};
}

/**
 * A turn is over only when nothing works on in the background: newer versions stop while a subagent still does, and go on by
 * themselves when it is done. A shell that runs on (a server, say) keeps nobody.
 */
function stopped(body: Body): Meaning {
  const said = body.last_assistant_message ? { said: body.last_assistant_message } : {};
  const tasks = body.background_tasks ?? [];
  const [first] = tasks;
  if (!first) return { status: 'idle', turnEnded: true, ...said };
  const shells = tasks.every(({ type }) => type === 'shell');
  const more = tasks.length > 1 ? ` and ${tasks.length - 1} more` : '';
  const what = oneLine(first.description || (shells ? 'a shell' : 'a subagent'));
  return {
    status: 'background',
    reason: `in the background: ${what}${more}`,
    tool: shells ? 'Bash' : 'Agent',
    argument: what,
    turnEnded: shells,
    ...said,
  };
}

/** The API refused: a limit and a login wait for a person, anything else leaves the session idle and says why. */
function failed(body: Body): Meaning {
  const why = oneLine(body.last_assistant_message ?? body.error ?? 'API error');
  if (body.error === 'rate_limit' || body.error === 'billing_error')
    return { status: 'needs-you', needs: 'limit', reason: why, ...untilOf(why) };
  if (
    /^(authentication_failed|oauth_org_not_allowed|account_on_hold|verification_required|cloud_credential_error)$/.test(
      body.error ?? '',
    )
  )
    return { status: 'needs-you', needs: 'login', reason: why };
  return { status: 'idle', reason: why };
}

/** When a limit ends, in the CLI's words: `… limit · resets 3pm (UTC)`, or `…|<seconds since the epoch>`. */
function untilOf(text: string): { until?: string } {
  const seconds = /\|(\d{10})$/.exec(text)?.[1];
  const until = seconds
    ? new Date(Number(seconds) * 1000).toISOString()
    : /resets? (?:at )?(.+?)[.]?$/i.exec(text)?.[1];
  return until ? { until } : {};
}

/** The answers that a question offers, of several questions the first one's. */
function optionsOf(input: Body['tool_input']): string[] {
  const options = z.object({ options: z.array(z.object({ label: z.string() })) });
  const parsed = z.array(options).safeParse(input?.questions);
  return (parsed.success ? (parsed.data[0]?.options ?? []) : []).map(({ label }) => oneLine(label));
}

const telling = [
  'command',
  'file_path',
  'notebook_path',
  'path',
  'pattern',
  'url',
  'query',
  'skill',
  'description',
  'prompt',
];

/** What a tool is used on; a path inside of the folder the session works in is told from there. */
function tellingArgument(input: Body['tool_input'], cwd: string | undefined): string | undefined {
  if (!input) return undefined;
  const value = telling.map((name) => input[name]).find((found) => typeof found === 'string' && found !== '');
  if (typeof value === 'string')
    return oneLine(cwd && value.startsWith(`${cwd}/`) ? value.slice(cwd.length + 1) : value);
  const questions = z.array(z.object({ question: z.string() })).safeParse(input.questions);
  return questions.success && questions.data[0] ? oneLine(questions.data[0].question) : undefined;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
