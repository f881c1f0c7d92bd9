import type { Task } from './state.ts';

/** What an agent asks for: a tool and what it would be used on. */
export interface Asked {
  tool: string;
  argument?: string | undefined;
}

export interface Rules {
  allow: readonly string[];
  ask: readonly string[];
  deny: readonly string[];
}

export type Verdict = { decision: 'allow' | 'deny'; rule: string } | { decision: 'ask'; rule?: string };

/**
 * What the rules say of a request. The strictest that fits wins: deny, then ask, then allow; what nothing fits is asked.
 * Grants are rules that a person gave for the rest of a task.
 */
export function judge(rules: Rules, grants: readonly string[], asked: Asked): Verdict {
  const fitting = (patterns: readonly string[]) => patterns.find((pattern) => fits(pattern, asked));
  const denied = fitting(rules.deny);
  if (denied !== undefined) return { decision: 'deny', rule: denied };
  const granted = fitting(grants);
  if (granted !== undefined) return { decision: 'allow', rule: granted };
  const asking = fitting(rules.ask);
  if (asking !== undefined) return { decision: 'ask', rule: asking };
  const allowed = fitting(rules.allow);
  return allowed === undefined ? { decision: 'ask' } : { decision: 'allow', rule: allowed };
}

/**
 * Whether a pattern fits a request: `Bash`, `Bash(npm test*)`, `mcp__*`. A star stands for any text. A shell command
 * that goes on with another one (`;`, `&`, `|`, a line feed, `$(`, a backquote, a redirection) fits no pattern with a
 * star for its argument: `npm test; rm -rf .` is not what `npm test*` means.
 */
export function fits(pattern: string, { tool, argument = '' }: Asked): boolean {
  const [, name = pattern, inner] = /^([^()]+)\((.*)\)$/s.exec(pattern) ?? [];
  if (!like(name, tool)) return false;
  if (inner === undefined) return true;
  if (inner !== '*' && inner.includes('*') && tool === 'Bash' && /[;&|\n`<>]|\$\(/.test(argument))
    return false;
  return like(inner, argument);
}

/** Whether a text is what a pattern with stars spells. */
function like(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return text === pattern;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** The rule that allows exactly this request again. */
export const ruleFor = ({ tool, argument }: Asked): string => (argument ? `${tool}(${argument})` : tool);

/** Grants that hold for an agent now: those of the task in its hands. */
export const grantsOf = (task: Task | undefined): readonly string[] => task?.grants ?? [];
