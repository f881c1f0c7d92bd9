import type { Event } from '../../src/core/event.ts';
import { weigh } from '../../src/core/evidence.ts';
import { reduce } from '../../src/core/reduce.ts';
import { emptyState } from '../../src/core/state.ts';

/** What time alone brings about is looked for this often between two events, in ms. */
const stepMs = 100;

export interface Judged {
  status: string;
  at: number;
  reason: string;
}

/**
 * The states that were judged of an agent, in order and each once in a row: at every event of the log from `from` to `to`,
 * and in between as time went on.
 * @param end when the scene ended, in ms since the epoch
 */
export function judgedStates(
  log: readonly Event[],
  agent: string,
  from: number,
  to: number,
  end: number,
): Judged[] {
  const found: Judged[] = [];
  let state = emptyState;
  const look = (at: number) => {
    const its = state.agents[agent];
    if (!its) return;
    const { status, reason = '' } = weigh(its, at);
    if (found.at(-1)?.status !== status) found.push({ status, at, reason });
  };
  for (const [index, event] of log.entries()) {
    if (event.seq > to) break;
    state = reduce(state, event);
    if (event.seq <= from) continue;
    const next = log[index + 1];
    const until = Math.min(next && next.seq <= to ? Date.parse(next.at) : end, end);
    for (let at = Date.parse(event.at); at <= until; at += stepMs) look(at);
    look(Math.max(until, Date.parse(event.at)));
  }
  return found;
}

/**
 * Where the judged states leave the true ones: a state that was never true, one that came again, one that did not come.
 * @param truths in order; `?` behind one that may be missing
 */
export function flaps(truths: readonly string[], judged: readonly Judged[]): string[] {
  const wanted = truths.filter((truth, index) => truth.endsWith('?') || truth !== truths[index - 1]);
  const seen = judged.map(({ status }) => status);
  if (fits(wanted, seen)) return [];
  const told = judged.map(({ status, at, reason }, index) => {
    const before = judged[index - 1];
    return `${status}${before ? ` (+${at - before.at} ms${reason ? `, ${reason}` : ''})` : ''}`;
  });
  return [`true: ${wanted.join(' → ')}; judged: ${told.join(' → ')}`];
}

function fits(wanted: readonly string[], seen: readonly string[], last = ''): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return seen.length === 0;
  const optional = first.endsWith('?');
  const status = first.replace('?', '');
  // Two in a row that are the same are one.
  if (status === last && fits(rest, seen, last)) return true;
  if (optional && fits(rest, seen, last)) return true;
  return seen[0] === status && fits(rest, seen.slice(1), status);
}
