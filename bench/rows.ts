import { setTimeout as sleep } from 'node:timers/promises';
import { hosted, mcc, mccProgram, type Opened, type Peer, Team, TmuxServer, tmuxPanes } from './peers.ts';
import { cpuOf, memoryOf, wakesOf } from './process.ts';
import { type Argv, done, keys, mark, type Programs } from './programs.ts';
import { shuffled } from './random.ts';
import { Typist } from './typist.ts';

export interface Bench {
  readonly programs: Programs;
  readonly random: () => number;
  /** shorter and less exact, to try the bench itself */
  readonly quick: boolean;
}

/** What one run of a row measured: samples by name; a median over them is what is compared. */
export type Measured = Record<string, number[]>;

export interface Row {
  readonly name: string;
  /** who is measured, and who beside it: mcc and tmux when not given */
  readonly peers?: readonly [Peer, Peer];
  /** runs of each peer */
  readonly rounds: number;
  measure(peer: Peer, bench: Bench): Promise<Measured>;
}

/** Programs get up to speed, and so does Node's compiler: nothing is measured meanwhile. In ms. */
const warmUp = 4_000;

const eight = (first: Argv, kind: keyof Programs | undefined, count: number, { programs }: Bench): Argv[] => [
  first,
  ...Array.from({ length: 7 }, (_, index) => {
    const own = mark(index + 1);
    if (index >= count || kind === undefined) return programs.quiet(own);
    return kind === 'stream' ? programs.stream(own, 50_000) : programs.flood(own);
  }),
];

/** Opens a screen, waits for its first pane, measures, and ends it whatever happens. */
async function within<T>(peer: Peer, panes: Argv[], measure: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = await peer.open(panes);
  try {
    await opened.outer.until([mark(0)]);
    return await measure(opened);
  } finally {
    await opened.close();
  }
}

/** Key to glyph: what is typed comes back through the whole path. */
function echo(name: string, kind: 'stream' | 'flood' | undefined, count: number): Row {
  return {
    name,
    rounds: 3,
    measure: async (peer, bench) => {
      const panes = eight(bench.programs.echo(mark(0)), kind, count, bench);
      return within(peer, panes, async ({ outer }) => {
        await sleep(bench.quick ? 1000 : warmUp);
        outer.countBegin();
        await sleep(500);
        if (keys.some((glyph) => outer.counts(glyph) > 0))
          throw new Error('a key is on the screen without being typed');
        outer.countEnd();
        const typist = new Typist(outer);
        await typist.warmUp(bench.quick ? 1_000 : 3_000);
        return { ms: await typist.type(bench.quick ? 80 : 200, bench.random) };
      });
    },
  };
}

const throughput: Row = {
  name: 'throughput',
  rounds: 5,
  measure: async (peer, { programs, quick }) => {
    const bytes = quick ? 5_000_000 : 50_000_000;
    programs.prepareLarge(bytes);
    return within(peer, [programs.burst(mark(0))], async ({ outer }) => {
      await sleep(500);
      const ready = outer.until([done], 300_000);
      const at = outer.type('g');
      return { MBs: [bytes / 1e6 / (((await ready) - at) / 1000)] };
    });
  },
};

/** Seven panes stream 50 kB/s each; nobody types. */
const streaming: Row = {
  name: 'streaming',
  rounds: 3,
  measure: async (peer, bench) =>
    within(peer, eight(bench.programs.echo(mark(0)), 'stream', 7, bench), async ({ outer, pids }) => {
      await sleep(bench.quick ? 2000 : warmUp);
      const seconds = bench.quick ? 4 : 20;
      const before = cpuOf(pids);
      const parts = pids.map((pid) => cpuOf([pid]));
      outer.countBegin();
      await sleep(seconds * 1000);
      const after = cpuOf(pids);
      const { bytes, frames, outside } = outer.countEnd();
      const perMinute = (used: number) => (used * 60) / seconds;
      const [server, client] = pids.map((pid, index) =>
        perMinute(cpuOf([pid]).own - (parts[index]?.own ?? 0)),
      );
      return {
        cpu: [perMinute(after.own - before.own + after.children - before.children)],
        server: [server ?? 0],
        client: [client ?? 0],
        git: [perMinute(after.children - before.children)],
        bytes: [bytes / seconds],
        frames: [frames / seconds],
        outside: [outside / bytes],
      };
    }),
};

const quiet: Row = {
  name: 'quiet',
  rounds: 1,
  measure: async (peer, bench) =>
    within(peer, eight(bench.programs.echo(mark(0)), undefined, 0, bench), async ({ pids }) => {
      await sleep(10_000);
      const before = cpuOf(pids);
      const woke = wakesOf(pids);
      const seconds = bench.quick ? 10 : 60;
      await sleep(seconds * 1000);
      const after = cpuOf(pids);
      return {
        cpu: [((after.own - before.own + after.children - before.children) * 60) / seconds],
        wakes: [((wakesOf(pids) - woke) * 60) / seconds],
      };
    }),
};

const quietPanes = ({ programs }: Bench): Argv[] =>
  Array.from({ length: 8 }, (_, index) => programs.quiet(mark(index)));
const marks = Array.from({ length: 8 }, (_, index) => mark(index));

const attach: Row = {
  name: 'attach',
  rounds: 3,
  measure: async (peer, bench) =>
    within(peer, quietPanes(bench), async (opened) => {
      const times: number[] = [];
      for (let index = 0; index < 5; index += 1) {
        await opened.detach();
        await sleep(300);
        const { outer, at } = opened.attach();
        times.push((await outer.until(marks)) - at);
      }
      return { ms: times };
    }),
};

/** From nothing that runs to all panes on the screen; mcc's worktrees are there already, from an earlier day. */
const start: Row = {
  name: 'start',
  rounds: 3,
  measure: async (peer, bench) =>
    peer.name === 'mcc' ? startMcc(quietPanes(bench)) : startTmux(quietPanes(bench)),
};

async function startMcc(panes: Argv[]): Promise<Measured> {
  const team = new Team(panes);
  const measured: Measured = { ms: [], first: [] };
  try {
    for (let index = 0; index < 4; index += 1) {
      const at = performance.now();
      const outer = team.screen();
      // The very first one makes the worktrees too.
      measured[index === 0 ? 'first' : 'ms']?.push((await outer.until(marks)) - at);
      await outer.close();
      team.mcc('down', '--force');
    }
  } finally {
    team.remove();
  }
  return measured;
}

async function startTmux(panes: Argv[]): Promise<Measured> {
  const times: number[] = [];
  for (let index = 0; index < 3; index += 1) {
    const server = new TmuxServer();
    const at = performance.now();
    const outer = server.screen(...tmuxPanes(panes));
    times.push((await outer.until(marks)) - at);
    server.end();
    await outer.close();
  }
  return { ms: times };
}

/** Memory with so many panes that have shown 2,000 lines each. */
function memory(count: number): Row {
  return {
    name: `memory ${count}`,
    rounds: 2,
    measure: async (peer, { programs }) => {
      programs.prepareLines('lines', 2_000);
      const panes = Array.from({ length: count }, (_, index) => programs.full(mark(index), 'lines'));
      return within(peer, panes, async ({ pids }) => {
        await sleep(8_000);
        const [server, client] = pids.map((pid) => memoryOf([pid]));
        return { MiB: [memoryOf(pids)], server: [server ?? 0], client: [client ?? 0] };
      });
    },
  };
}

/** A million lines through one pane, a tenth at a time: the history is full after the first tenth. */
const growth: Row = {
  name: 'growth',
  rounds: 1,
  measure: async (peer, { programs, quick }) => {
    programs.prepareLines('tenth', quick ? 20_000 : 100_000);
    return within(peer, [programs.lines(mark(0), 'tenth')], async ({ outer, pids }) => {
      const sizes: number[] = [];
      // The first tenth fills the history; the others must not add to it.
      for (let tenth = 0; tenth < 10; tenth += 1) {
        const ready = outer.until([done], 120_000);
        outer.type('g');
        await ready;
        await sleep(2_000);
        sizes.push(memoryOf(pids));
      }
      return {
        early: sizes.slice(1, 2),
        late: sizes.slice(-1),
        growth: [(sizes.at(-1) ?? 0) - (sizes[1] ?? 0)],
      };
    });
  },
};

/** Commands that are over at once, beside a Node that does nothing. `status` folds the log of a team of eight. */
const verbs: Row = {
  name: 'verbs',
  rounds: 3,
  measure: async (peer, bench) => {
    if (peer.name === 'tmux') return {};
    const team = new Team(quietPanes(bench));
    try {
      team.mcc('up', '--headless');
      const commands: Record<string, readonly string[]> = {
        node: [process.execPath, '-e', '0'],
        version: [...mccProgram, '--version'],
        status: [...mccProgram, 'status'],
        tasks: [...mccProgram, 'task', 'list'],
      };
      const measured: Measured = {};
      for (let index = 0; index < 12; index += 1)
        for (const [name, argv] of shuffled(Object.entries(commands), bench.random)) {
          const at = performance.now();
          team.run(argv);
          measured[name] = [...(measured[name] ?? []), performance.now() - at];
        }
      team.mcc('down', '--force');
      return measured;
    } finally {
      team.remove();
    }
  },
};

/** The same row once more: mcc on a tmux server of its own, beside mcc with ptys of its own. */
const onTmux = (row: Row): Row => ({ ...row, name: `host tmux: ${row.name}`, peers: [hosted, mcc] });

const idle = echo('echo idle', undefined, 0);
const seven = echo('echo, 7 stream', 'stream', 7);

export const rows: readonly Row[] = [
  idle,
  echo('echo, 3 stream', 'stream', 3),
  seven,
  echo('echo, 1 floods', 'flood', 1),
  echo('echo, 3 flood', 'flood', 3),
  echo('echo, 7 flood', 'flood', 7),
  throughput,
  streaming,
  quiet,
  attach,
  start,
  memory(8),
  memory(24),
  growth,
  verbs,
  onTmux(idle),
  onTmux(seven),
  onTmux(throughput),
];
