import { ConfigError } from '../core/config-error.ts';
import type { Size } from './screen.ts';

/** Recordings of a terminal: asciicast v2, a header line and an event a line (docs.asciinema.org/manual/asciicast/v2). */

export type CastEvent =
  /** what the program wrote, or the size its terminal got, so many seconds after the start */
  { readonly at: number; readonly output: string } | { readonly at: number; readonly size: Size };

export interface Cast {
  readonly size: Size;
  readonly title: string;
  /** seconds that a pause is cut down to, as whoever made it wished */
  readonly idle?: number;
  readonly events: readonly CastEvent[];
  /** what was left out */
  readonly note?: string;
}

/** The first line. `at` is in milliseconds since the epoch. */
export const headerLine = (size: Size, at: number, title: string): string =>
  `${JSON.stringify({
    version: 2,
    width: size.cols,
    height: size.rows,
    timestamp: Math.floor(at / 1000),
    title,
    env: { TERM: 'xterm-256color' },
  })}\n`;

/** The line of an event. */
export function eventLine(event: CastEvent): string {
  const at = Math.round(event.at * 1e6) / 1e6;
  return 'output' in event
    ? `${JSON.stringify([at, 'o', event.output])}\n`
    : `${JSON.stringify([at, 'r', `${event.size.cols}x${event.size.rows}`])}\n`;
}

/** A terminal larger than this is a mistake, and would only eat memory. */
const largest = 2000;

/**
 * Reads a recording. Keys, markers and events that v2 does not know are left out, as it asks of readers; so is a last
 * line that was cut off. `name` is how the file is called in messages.
 * @throws ConfigError with line and column, and what was expected there
 */
export function readCast(text: string, name: string): Cast {
  const lines = text.split('\n');
  const header = readHeader(lines[0] ?? '', name);
  const events: CastEvent[] = [];
  let note: string | undefined;
  let last = 0;
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    // Every whole line ends with a line feed: a recording that was killed may have written half of its last.
    if (index === lines.length - 1 && !isJson(line)) note = `line ${index + 1} is cut off, and left out`;
    else {
      const event = readEvent(line, name, index + 1);
      if (!event) continue;
      last = Math.max(last, event.at);
      events.push({ ...event, at: last });
    }
  }
  return { ...header, events, ...(note === undefined ? {} : { note }) };
}

function readHeader(line: string, name: string): Pick<Cast, 'size' | 'title' | 'idle'> {
  const expected = 'an asciicast v2 header, {"version": 2, "width": …, "height": …}';
  const header = parse(line, name, 1, expected);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw fault(name, 1, `expected ${expected}`);
  const { version, width, height, title, idle_time_limit } = header as Record<string, unknown>;
  if (version !== 2)
    throw fault(name, 1, `expected "version": 2 of asciicast, this is ${JSON.stringify(version)}`);
  for (const [key, value] of Object.entries({ width, height }))
    if (!isSide(value))
      throw fault(
        name,
        1,
        `expected "${key}" from 1 to ${largest}, not ${JSON.stringify(value) ?? 'nothing'}`,
      );
  return {
    size: { cols: Number(width), rows: Number(height) },
    title: typeof title === 'string' ? title : '',
    ...(typeof idle_time_limit === 'number' && idle_time_limit > 0 ? { idle: idle_time_limit } : {}),
  };
}

function readEvent(line: string, name: string, number: number): CastEvent | undefined {
  const expected = 'an event, [seconds, "o", "text"]';
  const event = parse(line, name, number, expected);
  const [at, code, data] = Array.isArray(event) ? event : [];
  if (typeof at !== 'number' || !(at >= 0) || typeof code !== 'string' || typeof data !== 'string')
    throw fault(name, number, `expected ${expected}`);
  if (code === 'o') return { at, output: data };
  if (code !== 'r') return undefined;
  const [, cols, rows] = /^(\d+)x(\d+)$/.exec(data)?.map(Number) ?? [];
  if (!isSide(cols) || !isSide(rows))
    throw fault(name, number, `expected a size from 1x1 to ${largest}x${largest}, not ${quoted(data)}`);
  return { at, size: { cols, rows } };
}

const isSide = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= largest;

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function parse(line: string, name: string, number: number, expected: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const column = Number(/at position (\d+)/.exec(String(error))?.[1] ?? 0) + 1;
    throw fault(name, number, `expected ${expected}, but this is not JSON: ${quoted(line)}`, column);
  }
}

/** Some of a text that may be anything, without what a terminal would act on. */
const quoted = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text).replace(/[\x7f-\x9f]/g, '\ufffd');

const fault = (name: string, line: number, what: string, column = 1): ConfigError =>
  new ConfigError(name, [{ line, column, what }], 'record it anew: mcc record <pane>');
