import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { counted } from '../commands/show.ts';
import { isRefusal } from '../core/refusal.ts';
import { isRunning } from '../core/state.ts';
import { loadTeam } from '../io/config.ts';
import { codeOf } from '../io/files.ts';
import { paths } from '../io/paths.ts';
import { shownAs } from '../io/text.ts';
import { Recording } from '../term/recording.ts';
import { secretsIn } from '../term/redact.ts';
import { noScreen, openPane, type Pane } from './pane.ts';
import { misuse, Stop, tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `mcc record`: what an agent's terminal shows from now on, as asciicast v2, until Ctrl-C. */
export async function run({ shell, args, options, json }: Call): Promise<number> {
  const seconds = secondsIn(options.seconds);
  const root = await rootOf(shell);
  const pane = await openPane(root, shell, args[0] ?? '');
  if (isRefusal(pane)) return tellRefusal(shell, pane, json);
  const { wire, agent } = pane;
  const named = args[1] ?? join(paths(root).casts, `${agent.name}-${timeOf(new Date())}.cast`);
  const file = resolve(shell.cwd, named);
  const out = isRunning(agent) ? create(file) : undefined;
  try {
    if (out === undefined) return tellRefusal(shell, noScreen(agent), json);
    const recording = new Recording({
      write: (line) => writeFileSync(out, line),
      clock: () => performance.now(),
      began: Date.now(),
      title: agent.name,
      secrets: secretsIn({ ...shell.env, ...(await environmentOf(root, shell, agent.name)) }),
    });
    const tell = () => shell.err(`recording ${agent.name} into ${shownAs(file)}; Ctrl-C ends it\n`);
    const end = await record(pane, recording, seconds, tell);
    if (end === 'nothing') {
      rmSync(file, { force: true });
      return tellRefusal(shell, noScreen(agent), json);
    }
    const { events, masked, seconds: length } = recording;
    if (end === 'stopped') shell.err('the supervisor was stopped, and the recording ends with it\n');
    const hidden = masked > 0 ? `, ${counted(masked, 'secret')} masked` : '';
    const data = { agent: agent.name, file, seconds: Math.round(length * 10) / 10, events, masked };
    const text = `${shownAs(file)}: ${length.toFixed(1)} s of ${agent.name}${hidden}\n`;
    shell.out(json ? `${JSON.stringify(data, null, 2)}\n` : text);
    return exits.ok;
  } finally {
    if (out !== undefined) closeSync(out);
    await wire.close();
  }
}

/** Records until a signal, for so many seconds, or until the supervisor goes. */
async function record(
  { wire, watch }: Pane,
  recording: Recording,
  seconds: number | undefined,
  began: () => void,
): Promise<'nothing' | 'enough' | 'stopped'> {
  const { promise, resolve: end, reject: fail } = Promise.withResolvers<'enough' | 'stopped'>();
  const seen = await watch((frame, body) => {
    try {
      if (frame.type === 'snapshot') recording.snapshot(frame, body);
      else if (frame.type === 'output') recording.output(body);
      else if (frame.type === 'size') recording.resized(frame);
    } catch (error) {
      fail(error); // a full disk
    }
  });
  if (!seen) return 'nothing';
  const stop = () => end('enough');
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  for (const signal of signals) process.once(signal, stop);
  wire.onClose(() => end('stopped'));
  began();
  try {
    const why = await promise;
    recording.end();
    return why;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, stop);
  }
}

function secondsIn(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  // setTimeout takes at most 2^31 ms.
  if (seconds > 0 && seconds < 2 ** 31 / 1000) return seconds;
  throw misuse(
    `mcc record: --seconds needs a number above 0, not ${JSON.stringify(value)}`,
    'mcc record <pane> --seconds 60',
  );
}

/** Makes the file, for this person's eyes alone; what is there is never overwritten. */
function create(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new Stop(`${shownAs(file)} is there already`, 'name another file, or remove it', exits.config);
  }
}

/** What agents.yaml puts into the environment of the session; nothing when it cannot be read now. */
const environmentOf = (root: string, { env }: Shell, agent: string): Promise<Record<string, string>> =>
  loadTeam(root, env).then(
    ({ team }) => team.agents[agent]?.env ?? {},
    () => ({}),
  );

/** `20260102-030405`, local time. */
function timeOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('');
  return `${day}-${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('')}`;
}
