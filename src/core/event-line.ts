import type { Event } from './event.ts';

/** Fields that every event has, or that stand elsewhere on its line. */
const stamp = ['v', 'seq', 'at', 'by', 'cause', 'type', 'agent', 'task'];

/** An event on one line for a person, without its time: who, what, about what, and its words cut to `width` characters. */
export function eventLine(event: Event, width = 160): string {
  const about = ['task', 'agent'].flatMap((key) => {
    const value = key in event ? event[key as keyof Event] : undefined;
    return typeof value === 'string' ? [value] : [];
  });
  const who = event.by.replace(/^agent:/, '');
  const details = Object.entries(event)
    .filter(([key]) => !stamp.includes(key))
    .flatMap(([key, value]) => detail(key, value));
  const line = `${who.padEnd(10)} ${event.type.padEnd(18)} ${[...about, ...details].join('  ')}`.replace(
    /\s+$/,
    '',
  );
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

function detail(key: string, value: unknown): string[] {
  if (key === 'message' && typeof value === 'object' && value !== null) {
    const { id, from, to, subject, body } = value as Record<string, unknown>;
    return [`${id} ${from} → ${to}: ${oneLine(subject ?? body)}`];
  }
  if (key === 'agents' && Array.isArray(value))
    return [value.map(({ name }: { name: string }) => name).join(', ')];
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0))
    return [];
  if (typeof value === 'string')
    return [/^[0-9a-f]{40,64}$/.test(value) ? value.slice(0, 10) : oneLine(value)];
  return [`${key}=${Array.isArray(value) ? value.join(',') : String(value)}`];
}

/** Text as one line without control characters, which would reach the terminal otherwise. */
const oneLine = (value: unknown): string =>
  String(value)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
