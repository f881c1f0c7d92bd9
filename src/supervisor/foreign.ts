import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Report } from '../agents/index.ts';
import { mainCheckout } from '../core/state.ts';
import type { Git } from '../io/git.ts';
import { repositoryGit } from '../io/repository.ts';
import { worktreeGit } from '../io/worktree.ts';
import { changedInWorktree } from '../io/worktree-state.ts';
import { isIsolated } from './effects/isolation.ts';
import type { Project } from './project.ts';

/** A time in which an agent used a tool, or worked at all; in ms since the epoch, open while it lasts. */
interface Span {
  from: number;
  to?: number;
  /** the tool and what it was used on */
  tool: string;
  /** what it was used on names a place outside of the agent's own worktree */
  outward?: boolean;
}

/** Tools that change no file: what they are used for needs no look. */
const harmless =
  /^(Read|Grep|Glob|LS|Web\w+|Todo\w+|Task\w*|Agent|AskUserQuestion|ExitPlanMode|Skill|ToolSearch|mcp__mcc.*)$/;
/** How long spans are kept for those whose turn ends later, in ms. */
const keptMs = 600_000;
/** Times of files are the clock of the kernel's last tick, which lies behind: by so much at most, in ms. */
const tickMs = 10;

/**
 * Finds changes in the main checkout and in worktrees that nobody made who works there: at the end of each turn in which a
 * tool was used that could make some. A file's change time is set by the kernel; whoever used a tool at that time is
 * the probable author, while the worktree's own agent was not at work. Nothing is looked at while nothing happens, and
 * nothing is ever undone.
 */
export class Foreign {
  readonly #of: () => Project;
  readonly #tools = new Map<string, Span[]>();
  readonly #turns = new Map<string, Span[]>();
  /** what was told already: changes by place, path and time */
  readonly #told = new Set<string>();
  #looking: Promise<void> = Promise.resolve();

  /** @param of the project, which is there when the first session is heard */
  constructor(of: () => Project) {
    this.#of = of;
  }

  get #project(): Project {
    return this.#of();
  }

  /** Hears what a session reports of its turns and tools. */
  heard(agent: string, { event, tool, argument, turnEnded }: Report): void {
    if (isIsolated(this.#project, agent)) return; // it could not
    const now = Date.now();
    const what = [tool, argument].filter(Boolean).join(' ');
    if (event === 'UserPromptSubmit') this.#end(agent, now);
    if (event === 'UserPromptSubmit' || event === 'PreToolUse') this.#begin(agent, now);
    if (event === 'PreToolUse' && tool && !harmless.test(tool))
      spansOf(this.#tools, agent).push({
        from: now - tickMs,
        tool: what,
        outward: this.#leadsOut(agent, argument ?? ''),
      });
    if (event === 'PostToolUse' || event === 'PostToolUseFailure') {
      const open = this.#tools.get(agent)?.find((span) => span.to === undefined && span.tool === what);
      if (open) open.to = now;
    }
    if (turnEnded || event === 'StopFailure' || event === 'SessionEnd') this.#end(agent, now);
  }

  /** Whether an argument names the repository beyond the agent's own worktree; of a long one only the beginning is known. */
  #leadsOut(agent: string, argument: string): boolean {
    const { root, supervisor } = this.#project;
    const own = supervisor.state.agents[agent]?.worktree?.path ?? root;
    const plain = argument.replaceAll('\\', ''); // how a shell's word spells a blank, say
    return (
      plain.replaceAll(own, '').includes(root) ||
      /(^|[^\w.])\.\.([^\w.]|$)/.test(argument) ||
      argument.endsWith('…')
    );
  }

  #begin(agent: string, now: number): void {
    const turns = spansOf(this.#turns, agent);
    if (turns.at(-1)?.to !== undefined || turns.length === 0) turns.push({ from: now - tickMs, tool: '' });
  }

  /** A turn is over: its tools are, and what they may have done elsewhere is looked for. */
  #end(agent: string, now: number): void {
    const turn = this.#turns.get(agent)?.at(-1);
    if (!turn || turn.to !== undefined) return;
    turn.to = now;
    const tools = spansOf(this.#tools, agent);
    for (const span of tools) span.to ??= now;
    const used = tools.some((span) => span.from >= turn.from);
    for (const map of [this.#tools, this.#turns])
      for (const [name, spans] of map)
        map.set(
          name,
          spans.filter(({ to }) => to === undefined || to > now - keptMs),
        );
    if (used)
      this.#looking = this.#looking
        .then(() => this.#look(agent))
        .catch((error: unknown) => this.#note(error));
  }

  #note(error: unknown): void {
    this.#project.note('warn', 'git did not tell what was changed elsewhere', { error: String(error) });
  }

  /** Looks at every checkout but the agent's own. */
  async #look(agent: string): Promise<void> {
    const { supervisor, repository } = this.#project;
    await this.#compare(mainCheckout, repositoryGit(repository), join(repository.commonDir, 'logs', 'HEAD'));
    for (const { name, worktree } of Object.values(supervisor.state.agents)) {
      if (!worktree || name === agent) continue;
      const git = await worktreeGit(repository, worktree.path).catch(() => undefined);
      if (git)
        await this.#compare(
          name,
          git,
          join(await git.line(['rev-parse', '--absolute-git-dir']), 'logs', 'HEAD'),
        );
    }
  }

  async #compare(where: string, git: Git, log: string): Promise<void> {
    const { supervisor } = this.#project;
    const changed = await changedInWorktree(git, 'all');
    const found: Found[] = [];
    for (const file of changed) {
      const at = await changeTime(join(git.cwd, file));
      const mark = `${where}\0${file}\0${at}`;
      const suspects = this.#told.has(mark) ? [] : this.#suspects(where, at);
      if (suspects.length === 0) continue;
      this.#told.add(mark);
      found.push({ file, ...namesOf(suspects) });
    }
    const commit = await this.#commitIn(where, log);
    if (commit) found.push(commit);
    const before = supervisor.state.foreign[where];
    const still = (before?.files ?? []).filter(
      (file) => changed.includes(file) || file.startsWith(commitMark),
    );
    const files = [...new Set([...still, ...found.map(({ file }) => file)])];
    if (found.length === 0 && files.length === (before?.files.length ?? 0)) return;
    const suspects =
      files.length === 0
        ? []
        : [...new Set([...(before?.suspects ?? []), ...found.flatMap((one) => one.suspects)])];
    const tool = found.at(-1)?.tool ?? before?.tool;
    // Only in the main checkout does the person usually work too.
    const vague = where === mainCheckout && before?.vague !== false && !found.some(({ outward }) => outward);
    supervisor.turn(
      [
        {
          ...{ type: 'foreign.changed', where, files, suspects },
          ...(tool && files.length > 0 ? { tool } : {}),
          ...(vague && files.length > 0 ? { vague: true } : {}),
        },
      ],
      'mcc',
      'git',
    );
  }

  /** The last commit made there, where none but a tool of another agent can have made it: not mcc, not who works there. */
  async #commitIn(where: string, log: string) {
    const text = await readFile(log, 'utf8').catch(() => '');
    const [, to = '', subject = ''] =
      /^\S+ (\S+) .*\t(.*)$/.exec(text.trimEnd().split('\n').at(-1) ?? '') ?? [];
    if (!/^(commit|reset|rebase|merge|cherry-pick|revert|pull)\b/.test(subject)) return undefined;
    const { supervisor, candidates } = this.#project;
    const own = [...candidates.values()].some(({ commit }) => commit === to);
    if (own || Object.values(supervisor.state.tasks).some(({ merged }) => merged === to)) return undefined;
    const suspects = this.#suspects(where, await changeTime(log));
    if (suspects.length === 0 || this.#told.has(`${where}\0${to}`)) return undefined;
    this.#told.add(`${where}\0${to}`);
    return { file: `${commitMark}${to.slice(0, 10)} (${subject})`, ...namesOf(suspects) };
  }

  /** Who used a tool at that time, unless the one who works there was at work too. */
  #suspects(where: string, at: number): Suspect[] {
    const covers = (span: Span) => span.from <= at && at <= (span.to ?? Number.POSITIVE_INFINITY);
    if (this.#turns.get(where)?.some(covers)) return [];
    return [...this.#tools].flatMap(([agent, spans]) => {
      const span = agent === where ? undefined : spans.find(covers);
      return span ? [{ agent, tool: span.tool, outward: span.outward === true }] : [];
    });
  }
}

/** What a commit is called in a list of files. */
const commitMark = 'commit ';

interface Suspect {
  agent: string;
  tool: string;
  outward: boolean;
}

interface Found {
  file: string;
  suspects: string[];
  tool: string;
  outward: boolean;
}

const namesOf = (suspects: readonly Suspect[]) => ({
  suspects: suspects.map(({ agent }) => agent),
  outward: suspects.some(({ outward }) => outward),
  tool: suspects[0]?.tool ?? '',
});

function spansOf(map: Map<string, Span[]>, agent: string): Span[] {
  const found = map.get(agent) ?? [];
  map.set(agent, found);
  return found;
}

/** When a file was last changed in any way, in ms since the epoch; of one that is gone, when its folder was. */
async function changeTime(path: string): Promise<number> {
  const found = await lstat(path).catch(() => lstat(dirname(path)).catch(() => undefined));
  return found?.ctimeMs ?? 0;
}
