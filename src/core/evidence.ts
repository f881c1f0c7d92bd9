import type { Status } from './event.ts';
import { type Agent, isCrash, type Report } from './state.ts';

/** One source's word in the judgement: how much it counts, and why. */
export interface Weighed {
  report: Report;
  ageMs: number;
  /** 0 to 10; the heaviest wins, of two alike the newer */
  weight: number;
  /** why it counts so much */
  why: string;
}

/** The judgement of an agent's state: what won, why, and what else was said. */
export interface Judgement extends Partial<Details> {
  status: Status;
  reason?: string;
  /** the source that won */
  source: string;
  /** ISO 8601: since when */
  since: string | null;
  evidence: Weighed[];
}

type Details = Pick<Report, 'needs' | 'tool' | 'argument' | 'options' | 'until'>;

/**
 * How evidence is weighed. There are two sorts. A *level* is so until it changes: the CLI's own state file, what stands on
 * the screen, the title. An *edge* was so at its moment: a hook. Edges are quick and exact, but an agent that is interrupted
 * fires none, so the last one may be stale; levels are a moment late, and a screen can be misread.
 *
 * - the state file counts 7: it was right in every state that was tried, a little late;
 * - a hook counts 8 as long as nothing newer of the state file contradicts it, or where it only says more exactly what that
 *   means (a limit is idle with a reason), else 5. Only one thing outlives hooks that come after it: a dialog of which the
 *   state file tells stays open while other tools of the same turn go on;
 * - what the screen says counts 3 beside a fresh word of the agent itself. A dialog on it that is newer than all such words
 *   counts 9, since dialogs at the start, at a limit or a login have no hook. Anything else on it counts 9 where there is no
 *   state file and it is `standingMs` newer than the last hook, which is then stale;
 * - a level that still says otherwise some time after the agent's last word is told again (`levelAgain`): so the judgement
 *   rests on the order of reports alone, and not on when one looks;
 * - without a word of the agent itself, screen (6), title and progress (5) and output (2) are what there is;
 * - that it does nothing (10) can only be said of an agent that counts as working.
 *
 * An ended process outweighs all.
 */
const weights = {
  still: 10,
  standing: 9,
  hook: 8,
  file: 7,
  alone: 6,
  title: 5,
  overtaken: 5,
  screen: 3,
  output: 2,
};

/** So much longer than the agent's last word must a screen say otherwise before that word is taken for stale. */
export const standingMs = 1_500;

/**
 * The same for the state file, which is late on a busy machine: measured at a load of 30, Claude Code told up to 1.6 s after
 * its Stop hook that it is idle.
 */
export const fileStandingMs = 5_000;

/** The sources that the agent's program itself speaks through. */
export const ownSources = ['hook', 'session file'] as const;

/** Sources that tell that a working agent does nothing, or the same thing again and again. */
export const stillSources = ['stillness', 'tool loop'] as const;

/** After this long without a first word of the agent itself, starting is no longer believed (measured start: 0.3 to 3.5 s). */
export const startMs = 20_000;

/**
 * Weighs the reports of an agent to one status. Pure: `now` is in milliseconds since the epoch.
 * Order: an ended process outweighs all; otherwise the heaviest report wins, of two alike the newer; with no report of a
 * running agent the answer is `starting` at first and `unknown` after.
 */
export function weigh(agent: Agent, now: number): Judgement {
  const evidence = weighed(agent.reports, now);
  return byProcess(agent, evidence) ?? byReports(agent, evidence) ?? bySilence(agent, evidence, now);
}

/** What the process itself proves: that it could not start, was not started, or has ended. */
function byProcess(agent: Agent, evidence: Weighed[]): Judgement | null {
  const { session, failure, wanted } = agent;
  const about = { source: 'process', evidence };
  if (wanted && failure && (!session || session.exit)) {
    const reason = `could not be started: ${failure.reason}`;
    return { ...about, status: 'unknown', reason, since: failure.at };
  }
  if (wanted && agent.suspended && (!session || session.exit)) {
    const { reason, at } = agent.suspended;
    return { ...about, status: 'suspended', reason, since: at };
  }
  if (wanted && agent.waits && session?.exit)
    return { ...about, status: 'starting', reason: agent.waits, since: session.exit.at };
  if (!session)
    return wanted
      ? { ...about, status: 'starting', since: null, ...(agent.waits ? { reason: agent.waits } : {}) }
      : { ...about, status: 'exited', reason: 'not started', since: null };
  if (!session.exit) return null;
  const { code, signal, reason, at } = session.exit;
  const how = signal ? `signal ${signal}` : `code ${code ?? '?'}`;
  const why = reason === 'exited' ? how : reason;
  return { ...about, status: isCrash(session.exit) ? 'crashed' : 'exited', reason: why, since: at };
}

function byReports(agent: Agent, evidence: Weighed[]): Judgement | null {
  const winner = evidence[0];
  if (!winner || winner.weight === 0) return null;
  const { status, source, at } = winner.report;
  const { reason, ...details } = detailsOf(winner.report, agent.reports);
  return { status, source, since: at, evidence, ...details, ...(reason === undefined ? {} : { reason }) };
}

function bySilence({ session }: Agent, evidence: Weighed[], now: number): Judgement {
  const since = session?.since ?? null;
  const about = { source: 'process', since, evidence };
  if (since !== null && now - Date.parse(since) < startMs) return { ...about, status: 'starting' };
  const reason = 'it runs, but has said nothing since it started: look at its pane';
  return { ...about, status: 'unknown', reason };
}

type Reports = Agent['reports'];

/** All reports with their weights, the heaviest first. */
function weighed(reports: Reports, now: number): Weighed[] {
  const all = Object.values(reports).map((report) => ({
    report,
    ageMs: Math.max(0, now - Date.parse(report.at)),
    ...weightOf(report, reports),
  }));
  const order = (a: Weighed, b: Weighed) => b.weight - a.weight || a.ageMs - b.ageMs;
  const [first] = all.toSorted(order);
  return all.map((one) => ({ ...one, ...ofStillness(one.report, first?.report) })).sort(order);
}

/** Stillness is about the work in hand: it says nothing of an agent that is idle or waits, nor of work that began later. */
function ofStillness(report: Report, winner: Report | undefined): Partial<Weight> {
  if (report.status !== 'stalled') return {};
  if (winner?.status !== 'working') return { weight: 0, why: 'it does not count as working' };
  if (time(report) < time(winner)) return { weight: 0, why: 'it has begun something since' };
  return { weight: weights.still, why: 'it counts as working, and this is what it does' };
}

type Weight = Pick<Weighed, 'weight' | 'why'>;

function weightOf(report: Report, reports: Reports): Weight {
  if (report.status === 'unknown' && !isOwn(report)) return { weight: 0, why: 'it says nothing now' };
  switch (report.source) {
    case 'session file':
      return { weight: weights.file, why: "the program's own state file" };
    case 'hook':
      return ofHook(report, reports['session file']);
    case 'screen':
      return ofScreen(report, reports);
    case 'title':
    case 'progress':
      return hasOwn(reports)
        ? { weight: weights.screen, why: 'the program itself says more exactly what it does' }
        : { weight: weights.title, why: 'the program itself says nothing else' };
    case 'stillness':
    case 'tool loop':
      return { weight: 0, why: 'it goes on' };
    default:
      return { weight: weights.output, why: 'seen from outside' };
  }
}

function ofHook(hook: Report, file: Report | undefined): Weight {
  if (!file) return { weight: weights.hook, why: 'the last word of the program itself' };
  if (time(hook) >= time(file)) {
    if (file.status === 'needs-you' && hook.status === 'working')
      return { weight: weights.overtaken, why: 'other tools go on while its dialog is open' };
    return { weight: weights.hook, why: 'the last word of the program itself' };
  }
  if (means(hook, file.status)) return { weight: weights.hook, why: 'it says what the state file means' };
  const same = hook.status === file.status;
  return {
    weight: weights.overtaken,
    why: same ? 'its state file says so too, later' : 'its state file says something newer',
  };
}

function ofScreen(screen: Report, reports: Reports): Weight {
  const own = lastOwn(reports);
  if (!own) return { weight: weights.alone, why: 'the program itself says nothing' };
  const low = (why: string): Weight => ({ weight: weights.screen, why });
  const later = time(screen) - time(own);
  if (later < 0) return low('the last word of the program itself is newer');
  if (screen.status === own.status || means(own, screen.status)) return low('as the program itself says');
  if (screen.status === 'needs-you')
    return { weight: weights.standing, why: 'a dialog of which the program itself has said nothing since' };
  if (later < standingMs) return low('the last word of the program itself is fresh');
  if (reports['session file']) return low('its state file knows better what it does');
  const works = [reports.title, reports.progress].some((report) => report?.status === 'working');
  if (screen.status === 'idle' && works) return low('its title says that it works');
  return {
    weight: weights.standing,
    why: 'it stands there, and the last word of the program itself is stale',
  };
}

/** True when a word of the agent is what a status seen from outside, or its state file's, means more exactly. */
function means(own: Report, outer: Status): boolean {
  if (own.status === 'background') return outer === 'working' || outer === 'background' || outer === 'idle';
  return own.status === 'needs-you' && (own.needs === 'limit' || own.needs === 'login') && outer === 'idle';
}

/**
 * When a level that contradicts the judgement is to be told again, in ms since the epoch, and what it said: an agent that was
 * interrupted fires no hook, so a hook that came late may have the last word although nothing is so. Null when all agree.
 */
export function levelAgain(agent: Agent, judged: Judgement): { at: number; report: Report } | null {
  const winner = agent.reports[judged.source];
  if (!winner || agent.session?.exit) return null;
  const contradicts = (level: Report | undefined, ms: number): level is Report =>
    level !== undefined &&
    level.status !== 'unknown' &&
    level.status !== winner.status &&
    !means(winner, level.status) &&
    time(level) < time(winner) + ms;
  const { screen, 'session file': file } = agent.reports;
  if (winner.source === 'hook' && contradicts(file, fileStandingMs))
    return { at: time(winner) + fileStandingMs, report: file };
  const counts = isOwn(winner) && (screen?.status === 'needs-you' || !file);
  return counts && contradicts(screen, standingMs) ? { at: time(winner) + standingMs, report: screen } : null;
}

/** True for an agent that takes messages and tasks: at most a shell that it started runs on. */
export const isFree = ({ status, tool }: Pick<Judgement, 'status' | 'tool'>): boolean =>
  status === 'idle' || (status === 'background' && tool !== 'Agent');

/** Reports of one moment belong together, in ms. */
const momentMs = 2_000;

/** What is known of why: what the winner says, and what others who agree and are not older can add. */
function detailsOf(winner: Report, reports: Reports): Partial<Details> & { reason?: string | undefined } {
  const helpers = [reports.hook, reports.screen].filter(
    (one): one is Report =>
      one !== undefined && one.status === winner.status && time(one) >= time(winner) - momentMs,
  );
  const sources = winner.source === 'hook' ? [winner, ...helpers] : [...helpers, winner];
  const anyone = Object.values(reports).filter(({ status }) => status === winner.status);
  const reason = [...sources, ...anyone].find((one) => one.reason !== undefined)?.reason;
  const { needs, tool, argument, options, until } = Object.assign({}, ...sources.toReversed()) as Report;
  return {
    reason,
    ...(needs && { needs }),
    ...(tool && { tool }),
    ...(argument && { argument }),
    ...(options && { options }),
    ...(until && { until }),
  };
}

const time = ({ at }: Report): number => Date.parse(at);

/** The newest word of the program itself. */
const lastOwn = (reports: Reports): Report | undefined =>
  ownSources.flatMap((name) => reports[name] ?? []).sort((a, b) => time(b) - time(a))[0];

const isOwn = ({ source }: Report): boolean => ownSources.some((name) => name === source);

const hasOwn = (reports: Reports): boolean => lastOwn(reports) !== undefined;

/** True when a person must act before the agent goes on. */
export const needsPerson = (status: Status): boolean =>
  status === 'needs-you' || status === 'crashed' || status === 'stalled';
