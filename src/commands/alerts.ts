import type { State } from '../core/state.ts';
import { attention, type Waiting } from './show.ts';

/** What the person has been told of, by what it is about. Plain data; empty until the first look. */
export type Alerts = Readonly<Record<string, Alert>>;

interface Alert {
  text: string;
  event?: string;
  /** when it was over, in ms since the epoch; absent while it waits */
  over?: number;
}

/** What comes back within so long, and is the same, was never away: evidence that wavers rings once. In ms. */
export const calmMs = 3_000;

/**
 * What has come to need the person since the last look: each event once. An agent that goes on waiting is no news when more is
 * known of why, nor when its state wavers; its next dialog is.
 * @param before what was known at the last look; null at the first, which tells nothing
 */
export function alertsFor(
  before: Alerts | null,
  state: State,
  now: number,
): { news: Waiting[]; known: Alerts } {
  const waiting = attention(state, now).map((item) => [keyOf(item), item] as const);
  const news = before ? waiting.filter(([key, item]) => isNews(before[key], item, now)) : [];
  const here = waiting.map(([key, { text, event }]) => [key, { text, ...(event && { event }) }] as const);
  const keys = new Set(here.map(([key]) => key));
  const gone = Object.entries(before ?? {}).flatMap(([key, alert]) => {
    const over = alert.over ?? now;
    return keys.has(key) || now - over >= calmMs ? [] : [[key, { ...alert, over }] as const];
  });
  return { news: news.map(([, item]) => item), known: Object.fromEntries([...gone, ...here]) };
}

/** An agent waits for one thing at a time; of anything else the text says what it is. */
const keyOf = ({ text, agent, task, event }: Waiting): string =>
  event === undefined ? `${task ?? agent ?? ''} ${text}` : `agent ${agent}`;

function isNews(known: Alert | undefined, { text, event }: Waiting, now: number): boolean {
  if (!known) return true;
  // A permission has an id: another one is another event, whatever it says.
  if (known.event && event) return known.event !== event;
  return known.over !== undefined && (now - known.over >= calmMs || known.text !== text);
}
