import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { ConfigProblem } from '../core/config-error.ts';
import type { Path } from '../core/expected.ts';

/** A YAML text as a plain value, with the way back from each part of it to where it stands. */
export type YamlText = {
  value: unknown;
  /** Line and column of the key or the value at `path`, or of the nearest part above it that is written down. */
  place: (path: Path, at?: 'key' | 'value') => { line: number; column: number };
};

/**
 * Reads one YAML 1.2 document (JSON is one too). Returns the problems instead when the text is none: tabs, duplicate
 * keys, unknown tags, several documents, anchors that multiply without end.
 */
export function readYaml(text: string): YamlText | ConfigProblem[] {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const where = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const wrong = [...doc.errors, ...doc.warnings].map((error) => placed(error, text));
  if (wrong.length === 0) wrong.push(...aliasProblems(doc));
  if (wrong.length > 0) return wrong.map(({ offset, what }) => ({ ...where(offset), what }));
  try {
    const value: unknown = doc.toJS({ maxAliasCount: 50 });
    return { value, place: (path, at = 'value') => where(offsetOf(doc, path, at)) };
  } catch (error) {
    return [{ line: 1, column: 1, what: error instanceof Error ? error.message : String(error) }];
  }
}

type Placed = { offset: number; what: string };

function placed({ code, pos: [offset], message }: YAMLError, text: string): Placed {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { offset, what: 'a tab in the indentation: YAML wants spaces' };
    case 'DUPLICATE_KEY': {
      // The parser points at where the entry before ended: the key is the next word.
      const [skipped = '', key = ''] = /^(?:\s|#.*)*([^\s:]*)/.exec(text.slice(offset)) ?? [];
      return { offset: offset + skipped.length - key.length, what: `duplicate key ${key}: keep one of them` };
    }
    case 'MULTIPLE_DOCS':
      return { offset, what: 'a second document starts here (`---`): expected one' };
    default:
      return { offset, what: message.replace(/\s+/g, ' ') };
  }
}

/** Aliases that name no anchor, or an anchor around themselves: the value would have no end. */
function aliasProblems(doc: Document): Placed[] {
  const found: Placed[] = [];
  visit(doc, {
    Alias(_, alias) {
      const offset = startOf(alias) ?? 0;
      const range = alias.resolve(doc)?.range;
      if (!range)
        found.push({ offset, what: `\`*${alias.source}\` names no anchor \`&${alias.source}\` above it` });
      else if (range[0] <= offset && offset < range[1])
        found.push({ offset, what: `\`*${alias.source}\` stands inside its own anchor` });
    },
  });
  return found;
}

/** Offset in the text of the deepest node on `path` that is written there. */
function offsetOf(doc: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = doc.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(doc);
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      const empty = isScalar(pair.value) && pair.value.value === null;
      if (last && (at === 'key' || empty)) return offset;
      node = pair.value;
    } else if (isSeq(node)) node = node.items[Number(step)];
    else return offset;
    offset = startOf(node) ?? offset;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];
