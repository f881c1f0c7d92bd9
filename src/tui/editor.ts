import { glyphs } from '../term/graphemes.ts';

/** One line being typed. `at` counts glyphs before the cursor, so that it never stands inside one. */
export interface Editor {
  readonly text: string;
  readonly at: number;
}

export const emptyEditor: Editor = { text: '', at: 0 };

const parts = (text: string): string[] => glyphs(text).map((one) => one.text);

/** An editor that holds a text, the cursor at its end. */
export const edit = (text: string): Editor => ({ text, at: parts(text).length });

/** The text before and after the cursor. */
export function halves({ text, at }: Editor): [string, string] {
  const all = parts(text);
  return [all.slice(0, at).join(''), all.slice(at).join('')];
}

/** Text put in at the cursor; line breaks of a paste become blanks. */
export function insert(editor: Editor, text: string): Editor {
  const [before, after] = halves(editor);
  const head = before + text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\x00-\x1f\x7f]/g, '');
  return { text: head + after, at: parts(head).length };
}

/** What a key does to the line; null when it means nothing to it. Keys as in readline. */
export function editKey(editor: Editor, key: string): Editor | null {
  const [before, after] = halves(editor);
  const end = parts(editor.text).length;
  const at = (place: number): Editor => ({ ...editor, at: Math.max(0, Math.min(end, place)) });
  const wordStart = parts(before.replace(/\S*\s*$/, '')).length;
  switch (key) {
    case 'left':
    case 'ctrl-b':
      return at(editor.at - 1);
    case 'right':
    case 'ctrl-f':
      return at(editor.at + 1);
    case 'home':
    case 'ctrl-a':
      return at(0);
    case 'end':
    case 'ctrl-e':
      return at(end);
    case 'ctrl-left':
    case 'alt-b':
      return at(wordStart);
    case 'ctrl-right':
    case 'alt-f':
      return at(editor.at + parts(/^\s*\S*/.exec(after)?.[0] ?? '').length);
    case 'backspace':
    case 'ctrl-h':
      return { text: parts(before).slice(0, -1).join('') + after, at: Math.max(0, editor.at - 1) };
    case 'delete':
    case 'ctrl-d':
      return { text: before + parts(after).slice(1).join(''), at: editor.at };
    case 'ctrl-w':
    case 'alt-backspace':
      return { text: before.replace(/\S*\s*$/, '') + after, at: wordStart };
    case 'ctrl-u':
      return { text: after, at: 0 };
    case 'ctrl-k':
      return { text: before, at: editor.at };
    default:
      return null;
  }
}
