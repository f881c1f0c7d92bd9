import { z } from 'zod';
import type { SessionFile } from './define.ts';

/** `<config>/sessions/<pid>.json`: written by the CLI since 2.1.139, undocumented, removed at a clean exit. */
const schema = z.object({
  pid: z.int(),
  sessionId: z.string().min(1),
  status: z.string().optional(),
  waitingFor: z.string().optional(),
  statusUpdatedAt: z.number().optional(),
  procStart: z.union([z.string(), z.number()]).optional(),
  version: z.string().optional(),
});

/**
 * The CLI's own word on its state; null when the file is of another shape or tells none. A stale file (SIGKILL) is the caller's to
 * find out, by `pid` and `start`.
 */
export function sessionFileReport(json: unknown): SessionFile | null {
  const parsed = schema.safeParse(json);
  // Right after the start it is there already, and tells no status yet.
  if (!parsed.success || parsed.data.status === undefined) return null;
  const { pid, sessionId, status, waitingFor, statusUpdatedAt, procStart, version } = parsed.data;
  return {
    conversation: sessionId,
    pid,
    ...meaning(status, waitingFor),
    ...(version !== undefined && { version }),
    ...(procStart !== undefined && { start: String(procStart) }),
    ...(statusUpdatedAt !== undefined && { at: statusUpdatedAt }),
  };
}

type Meaning = Pick<SessionFile, 'status' | 'reason' | 'needs' | 'tool'>;

function meaning(status: string, waitingFor: string | undefined): Meaning {
  switch (status) {
    case 'idle':
      return { status: 'idle' };
    case 'busy':
      return { status: 'working' };
    case 'shell':
      return { status: 'background', reason: 'a background shell runs on', tool: 'Bash' };
    case 'waiting':
      return { status: 'needs-you', ...waiting(waitingFor) };
    default:
      return { status: 'unknown', reason: `it says ${status}` };
  }
}

/** A plan to approve is a `permission prompt` in the file (measured): what it is exactly the hook tells. */
function waiting(waitingFor: string | undefined): Pick<SessionFile, 'reason' | 'needs'> {
  switch (waitingFor) {
    case undefined:
      return { reason: 'it waits for you' };
    case 'permission prompt':
    case 'sandbox request':
    case 'worker request':
      return { reason: waitingFor, needs: 'permission' };
    case 'input needed':
      return { reason: waitingFor, needs: 'question' };
    default:
      return { reason: waitingFor, needs: 'dialog' };
  }
}

/**
 * Whether a transcript (`projects/<folder>/<conversation>.jsonl`) can be resumed: it holds a message. Right after the
 * start it holds only titles and modes; then `--resume` ends with code 1, and so does `--session-id` with its id
 * (2.1.197 and 2.1.329): such a conversation begins anew under another id.
 */
export function isResumable(transcript: string): boolean {
  return transcript.split('\n').some((line) => {
    if (!line.includes('"user"') && !line.includes('"assistant"')) return false;
    try {
      const { type } = JSON.parse(line);
      return type === 'user' || type === 'assistant';
    } catch {
      return false; // a line that a crash cut off
    }
  });
}
