import { type ComposerRule, type KindSpec, keyBytes } from '../core/kind-spec.ts';
import type { Composer, Cursor, Kind, LaunchInput, ScreenRow } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { hookReport } from './hooks.ts';
import { rolePrompt } from './role.ts';
import { typedPieces } from './typing.ts';

const made = new WeakMap<KindSpec, Kind>();

/** The kind that a project describes itself; the same object for the same description. */
export function ownKind(name: string, spec: KindSpec): Kind {
  const known = made.get(spec) ?? makeKind(name, spec);
  made.set(spec, known);
  return known;
}

function makeKind(name: string, spec: KindSpec): Kind {
  const { composer, install, verified, command } = spec;
  const newline = composer?.newline;
  return {
    name,
    ...(command[0] ? { program: command[0] } : {}),
    ...(install ? { install } : {}),
    ...(verified ? { verified } : {}),
    launch: (input) => launch(spec, input),
    hook: hookReport,
    screenRules: spec.screen,
    ...(spec.resume ? { resumesBlindly: true } : {}),
    ...(composer
      ? {
          composer: (screen, cursor) => readComposer(composer, screen, cursor),
          ...(composer.rows ? { composerRows: composer.rows } : {}),
          typing: (text) => typedPieces(text, newline ? { lineFeed: keyBytes[newline] } : {}),
        }
      : {}),
    ...(spec.hooks ? {} : { silent: true }),
    submit: keyBytes[spec.submit],
    interrupt: keyBytes[spec.interrupt],
  };
}

function launch(spec: KindSpec, input: LaunchInput) {
  const { folder, config, bin, spec: agent } = input;
  const values: Record<string, string> = {
    role: `${folder}/role.md`,
    mcp: `${folder}/mcp.json`,
    model: agent.model ?? '',
    ...{
      agent: input.agent,
      conversation: input.conversation,
      config,
      worktree: input.worktree,
      root: input.root,
    },
  };
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const [file = '/bin/sh', ...args] = (agent.command ?? spec.command).map(filled);
  const mcp = { mcpServers: { ...agent.mcp_servers, mcc: { command: `${bin}/mcc`, args: ['mcp'] } } };
  const text = (path: string, content: string) => ({ path, text: content, mode: 0o600 });
  return {
    file,
    args: [
      ...args,
      ...(input.resume ? (spec.resume ?? []).map(filled) : []),
      ...(agent.model ? spec.model.map(filled) : []),
      ...agent.args,
    ],
    env: sessionEnvironment(
      input,
      spec.pass_env,
      Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, filled(value)])),
    ),
    files: [
      text(`${folder}/role.md`, rolePrompt(input)),
      text(`${folder}/mcp.json`, `${JSON.stringify(mcp, null, 2)}\n`),
      ...Object.entries(spec.files).map(([path, content]) => text(`${config}/${path}`, filled(content))),
    ],
    folders: [config],
  };
}

/** What a composer holds, read as the rule says; `absent` unless all of it is proved. */
export function readComposer(
  rule: ComposerRule,
  screen: readonly ScreenRow[],
  cursor: Cursor | undefined,
): Composer {
  const prompt = new RegExp(rule.prompt, 'u');
  const top = screen.findLastIndex((row) => prompt.test(row.cells.join('')));
  const end = rule.end === undefined ? undefined : new RegExp(rule.end, 'u');
  const last = rule.cursor === 'terminal' && cursor ? cursor.y : top;
  const height = end
    ? screen.slice(top + 1).findIndex((row) => end.test(textOf(row))) + 1
    : Math.max(1, last - top + 1);
  if (top < 0 || height === 0) return { state: 'absent' };
  const rows = screen.slice(top, top + height);
  const from = prompt.exec(screen[top]?.cells.join('') ?? '')?.[0].length ?? 0;
  const at = focus(rule, rows, top, cursor);
  if (!at || (at.y === 0 && at.x < from)) return { state: 'absent' };
  const text = rows
    .map((row, y) =>
      row.cells
        .map((cell, x) => (row.dim[x] ? ' ' : cell))
        // In a frame every row is indented; the rows of a plain prompt that is broken begin at the left.
        .slice(y === 0 || end ? from : 0)
        .join('')
        .trimEnd(),
    )
    .join('\n')
    .trimEnd();
  const isPlaceholder =
    rule.placeholder !== undefined && new RegExp(rule.placeholder, 'u').test(text.trimStart());
  if (at.x === from && at.y === 0 && (text.trim() === '' || isPlaceholder)) return { state: 'empty' };
  return { state: 'draft', text };
}

/** Where the cursor stands in the composer's rows, or undefined when it is not proved to be there. */
function focus(
  rule: ComposerRule,
  rows: readonly ScreenRow[],
  top: number,
  cursor: Cursor | undefined,
): { x: number; y: number } | undefined {
  if (rule.cursor === 'inverse') {
    const y = rows.findIndex((row) => row.inverse.includes(true));
    return y < 0 ? undefined : { x: rows[y]?.inverse.indexOf(true) ?? 0, y };
  }
  if (!cursor?.visible || cursor.y < top || cursor.y >= top + rows.length) return undefined;
  return { x: cursor.x, y: cursor.y - top };
}

const textOf = (row: ScreenRow): string => row.cells.join('').trimEnd();
