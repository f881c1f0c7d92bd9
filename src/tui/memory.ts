import { z } from 'zod';
import { type Layout, layoutSchema } from '../core/layout.ts';
import type { Ui } from './ui.ts';

/** What the screen remembers of a project from one time to the next (.mcc/ui.json): the layout, and how it was changed. */
const memorySchema = z.object({
  v: z.literal(1),
  layout: z.string(),
  trees: z.record(z.string(), layoutSchema),
});

export interface Memory {
  readonly layout: string;
  readonly trees: Readonly<Record<string, Layout>>;
}

/**
 * Reads what was remembered. Only layouts that there still are count. A text that does not fit is nothing to stop at:
 * it comes back as a note, and the screen opens as at the first time.
 */
export function recall(
  text: string | undefined,
  names: readonly string[],
): { memory: Memory | null; note?: string } {
  if (text === undefined) return { memory: null };
  const parsed = memorySchema.safeParse(parseJson(text));
  if (!parsed.success) return { memory: null, note: 'the remembered layout (.mcc/ui.json) was not readable' };
  const { layout, trees } = parsed.data;
  const kept = Object.fromEntries(Object.entries(trees).filter(([name]) => names.includes(name)));
  return { memory: { layout: names.includes(layout) ? layout : '', trees: kept } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is to be remembered, as a text. */
export const memorize = ({ layout, trees }: Ui): string =>
  `${JSON.stringify({ v: 1, layout, trees }, null, 2)}\n`;
