import { resolve } from 'node:path';
import { isRefusal } from '../core/refusal.ts';
import { isRunning } from '../core/state.ts';
import { writeWhole } from '../io/files.ts';
import { drawAnsi, drawText, type Picture, pictureOf } from '../term/draw.ts';
import { drawHtml } from '../term/draw-html.ts';
import { drawSvg } from '../term/draw-svg.ts';
import { drawRecorded } from '../term/recorded.ts';
import type { Screen } from '../term/screen.ts';
import { Mirror } from './mirror.ts';
import { noScreen, openPane } from './pane.ts';
import { misuse, tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** How a screen may be drawn, by the flag that asks for it. */
const drawings = { text: drawText, ansi: drawAnsi, svg: drawSvg, html: drawHtml } satisfies Record<
  string,
  (picture: Picture, title: string) => string
>;
type Format = keyof typeof drawings | 'recorded';
/** As many lines as a team may let a pane keep (core/team.ts, `scrollback`). */
const most = 1_000_000;

/** `mcc capture`: what an agent's terminal shows now. */
export async function run({ shell, args, options, json }: Call): Promise<number> {
  const format = formatIn(options);
  const history = options.history === true;
  const pane = await openPane(await rootOf(shell), shell, args[0] ?? '');
  if (isRefusal(pane)) return tellRefusal(shell, pane, json);
  const mirror = new Mirror(history ? most : 0);
  await pane.watch((frame, body) => mirror.take(frame, body));
  await pane.wire.close();
  const { screen } = mirror;
  const { agent } = pane;
  if (!screen) return tellRefusal(shell, noScreen(agent), json);
  const data = captured(screen, agent.name, format, history);
  const told = json ? `${JSON.stringify(data, null, 2)}\n` : data.text;
  if (!isRunning(agent))
    shell.err(`${styled(shell, 'dim', 'note:')} ${agent.name} runs no more: this is its last screen\n`);
  if (typeof options.out !== 'string') shell.out(told);
  else {
    await writeWhole(resolve(shell.cwd, options.out), told, 0o600);
    shell.err(`${options.out}: the screen of ${agent.name}, ${data.cols}×${data.rows}\n`);
  }
  return exits.ok;
}

function formatIn(options: Record<string, unknown>): Format {
  const asked = ([...Object.keys(drawings), 'recorded'] as Format[]).filter((name) => options[name] === true);
  if (asked.length < 2) return asked[0] ?? 'text';
  const flags = asked.map((name) => `--${name}`).join(' and ');
  throw misuse(`mcc capture: ${flags} cannot be had at once`, 'mcc help capture');
}

function captured(screen: Screen, agent: string, format: Format, history: boolean) {
  const { title, size, cursor } = screen;
  const text =
    format === 'recorded'
      ? drawRecorded(screen)
      : drawings[format](pictureOf(screen, { history }), title === '' ? agent : `${agent}: ${title}`);
  const { x, y, visible } = cursor;
  return {
    ...{ agent, format, ...size, title, cursor: { x, y, visible } },
    ...(history ? { history: screen.history } : {}),
    text,
  };
}
