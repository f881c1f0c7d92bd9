import type { Needs, Status } from '../core/event.ts';
import { type ScreenRule, screenRuleSchema } from '../core/screen-rule.ts';

/** What is on display: rows from the top, and the title that the program gave its terminal. */
export interface Picture {
  rows: readonly string[];
  title: string;
}

/** What a rule read: the same things that a hook can say. */
export interface Reading {
  /** name of the rule that fitted */
  rule: string;
  status: Status;
  needs?: Needs;
  reason?: string;
  tool?: string;
  argument?: string;
  /** when a limit ends, as the screen says it */
  until?: string;
  /** the answers that a question offers */
  options?: string[];
}

/** Rules from plain data, with their defaults: for kinds that keep them as a table. @throws ZodError for what is no rule */
export const screenRules = (rules: readonly object[]): ScreenRule[] =>
  rules.map((rule) => screenRuleSchema.parse(rule));

/**
 * What the first rule that fits says; null when none does. See ScreenRule for how a rule fits.
 * @param version version of the program where it is known; rules that are for others are left out
 */
export function readScreen(
  rules: readonly ScreenRule[],
  where: ScreenRule['where'],
  picture: Picture,
  version?: string,
): Reading | null {
  const rows =
    where === 'title'
      ? [picture.title]
      : picture.rows.map((row) => row.trimEnd()).filter((row) => row !== '');
  for (const rule of rules) {
    if (rule.where !== where || !isFor(rule, version)) continue;
    const reading = read(rule, rows);
    if (reading) return reading;
  }
  return null;
}

/** True when a rule is for this version of its program. */
export function isFor({ versions }: ScreenRule, version: string | undefined): boolean {
  if (versions === undefined || version === undefined) return true;
  return versions
    .trim()
    .split(/\s+/)
    .every((bound) => {
      const older = compare(version, bound.replace(/^\D+/, '')) < 0;
      return bound.startsWith('<') ? older : !older;
    });
}

/** Compares versions number by number: `2.1.9` is older than `2.1.10`. */
function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.+-]/).map((part) => Number(part) || 0));
  const length = Math.max(left?.length ?? 0, right?.length ?? 0);
  for (let i = 0; i < length; i += 1) {
    const by = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (by !== 0) return by;
  }
  return 0;
}

function read(rule: ScreenRule, rows: readonly string[]): Reading | null {
  const groups: Record<string, string> = {};
  const lowest = rule.bottom === undefined ? 0 : Math.max(0, rows.length - rule.bottom);
  let first = rows.length;
  for (const [index, source] of rule.all.toReversed().entries()) {
    const from = index === 0 ? lowest : 0;
    const at = lastMatch(rows, source, from, first, groups);
    if (at < 0) return null;
    first = at;
  }
  const shown = rows.slice(first);
  if (rule.none.some((source) => shown.some((row) => compiled(source).test(row)))) return null;
  return { rule: rule.name, status: rule.status, ...said(rule, groups, shown) };
}

/** The lowest row of `rows[from .. below)` that a pattern matches, or -1; its named groups are added to `groups`. */
function lastMatch(
  rows: readonly string[],
  source: string,
  from: number,
  below: number,
  groups: Record<string, string>,
): number {
  for (let y = below - 1; y >= from; y -= 1) {
    const found = compiled(source).exec(rows[y] ?? '');
    if (!found) continue;
    for (const [name, text] of Object.entries(found.groups ?? {})) if (text) groups[name] = text.trim();
    return y;
  }
  return -1;
}

function said(rule: ScreenRule, groups: Record<string, string>, rows: readonly string[]): Partial<Reading> {
  const { needs, reason, options } = rule;
  const offered = options === undefined ? [] : rows.flatMap((row) => compiled(options).exec(row)?.[1] ?? []);
  return {
    ...(needs && { needs }),
    ...(reason && { reason: filled(reason, groups) }),
    ...(groups.tool && { tool: groups.tool }),
    ...(groups.argument && { argument: groups.argument }),
    ...(groups.until && { until: groups.until }),
    ...(offered.length > 0 && { options: offered }),
  };
}

/** A template with its `{name}`s replaced; what has no text leaves no gap. */
const filled = (template: string, groups: Record<string, string>): string =>
  template
    .replace(/\{(\w+)\}/g, (_, name: string) => groups[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/:$/, '');

const patterns = new Map<string, RegExp>();

/** Each pattern is compiled once: screens are read many times a second. */
function compiled(source: string): RegExp {
  const known = patterns.get(source);
  if (known) return known;
  const pattern = new RegExp(source, 'u');
  patterns.set(source, pattern);
  return pattern;
}
