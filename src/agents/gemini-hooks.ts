import { z } from 'zod';
import type { Report } from './define.ts';
import { hookReport } from './hooks.ts';

/** Gemini CLI's names for what Claude Code's hook protocol knows; the bodies' other fields are called the same. */
const names: Record<string, string> = {
  BeforeAgent: 'UserPromptSubmit',
  AfterAgent: 'Stop',
  BeforeTool: 'PreToolUse',
  AfterTool: 'PostToolUse',
  PreCompress: 'PreCompact',
};

const bodySchema = z.looseObject({
  hook_event_name: z.string(),
  notification_type: z.string().optional(),
  message: z.string().optional(),
  prompt_response: z.string().optional(),
  trigger: z.string().optional(),
  details: z.looseObject({ command: z.string().optional(), title: z.string().optional() }).optional(),
});

/**
 * What one hook body of the Gemini CLI says; null when it is none. Its PreCompress is said before every turn, whether or
 * not anything is compressed (measured on 0.61.0), so an automatic one says nothing of the status.
 */
export function geminiHook(value: unknown): Report | null {
  const parsed = bodySchema.safeParse(value);
  if (!parsed.success) return null;
  const { hook_event_name: event, prompt_response: said, details, ...rest } = parsed.data;
  const asks = event === 'Notification' && rest.notification_type === 'ToolPermission';
  const asked = details?.command ?? details?.title ?? rest.message ?? '';
  const report = hookReport({
    ...rest,
    hook_event_name: names[event] ?? event,
    ...(said === undefined ? {} : { last_assistant_message: said }),
    ...(asks
      ? { notification_type: 'permission_prompt', message: `permission: ${asked.replace(/\s+/g, ' ')}` }
      : {}),
  });
  if (report && event === 'PreCompress' && rest.trigger === 'auto') {
    const { status: _, reason: __, ...silent } = report;
    return silent;
  }
  return report;
}
