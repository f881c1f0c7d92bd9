/** What one run of a row measured, summed up: by the name of the metric. */
export type Summary = Record<string, { p50: number; p99: number; most: number; count: number }>;

/** All that was measured of a row; the load beside it is of the whole machine, by anybody. */
export interface Result {
  readonly at: string;
  readonly commit: string;
  readonly load: readonly number[];
  readonly mcc: readonly Summary[];
  /** of its peer: tmux, or mcc with ptys of its own in the rows about `host: tmux` */
  readonly tmux: readonly Summary[];
}

export interface Results {
  machine: string;
  seed: number;
  rows: Record<string, Result>;
}

export const summed = (samples: readonly number[]): Summary[string] => {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const middle =
    sorted.length % 2 === 0 ? (at(0.5) + (sorted[sorted.length / 2 - 1] ?? Number.NaN)) / 2 : at(0.5);
  return { p50: middle, p99: at(0.99), most: at(1), count: sorted.length };
};

interface Line {
  readonly label: string;
  readonly row: string;
  readonly metric: string;
  readonly of?: 'p99';
  readonly unit: string;
  /** what mcc is compared with, when not tmux's same metric: another metric of its own */
  readonly beside?: string;
  /** at most (or at least) this much of the peer's */
  readonly ratio?: number;
  readonly least?: true;
  /** at most this */
  readonly most?: number;
}

const echoes = [
  ['echo idle', 'idle', 2.5, 5],
  ['echo, 3 stream', '3 neighbours stream 50 kB/s', 2.5, 5],
  ['echo, 7 stream', '7 neighbours stream 50 kB/s', 2.5, 5],
  ['echo, 1 floods', '1 neighbour floods', 1, 1],
  ['echo, 3 flood', '3 neighbours flood', 1, 1],
  ['echo, 7 flood', '7 neighbours flood', 1, 1],
] as const;

const lines: readonly Line[] = [
  ...echoes.flatMap(([row, label, half, tail]): Line[] => {
    const bound = row.includes('flood') ? { most: 16 } : {};
    return [
      { label: `key to glyph, ${label}: p50`, row, metric: 'ms', unit: 'ms', ratio: half, ...bound },
      {
        label: `key to glyph, ${label}: p99`,
        row,
        metric: 'ms',
        of: 'p99',
        unit: 'ms',
        ratio: tail,
        ...bound,
      },
    ];
  }),
  {
    label: '50 MB of coloured text through one pane',
    row: 'throughput',
    metric: 'MBs',
    unit: 'MB/s',
    ratio: 2,
    least: true,
  },
  {
    label: 'written to the terminal, 7 panes stream',
    row: 'streaming',
    metric: 'bytes',
    unit: 'B/s',
    ratio: 0.3,
  },
  {
    label: '… of that outside of synchronised updates',
    row: 'streaming',
    metric: 'outside',
    unit: '',
    most: 0,
  },
  {
    label: 'CPU of all its processes, 7 panes stream',
    row: 'streaming',
    metric: 'cpu',
    unit: 's a minute',
    ratio: 4,
  },
  {
    label: '… of that the supervisor (tmux: the server)',
    row: 'streaming',
    metric: 'server',
    unit: 's a minute',
  },
  {
    label: '… of that the process at the terminal (tmux: the client)',
    row: 'streaming',
    metric: 'client',
    unit: 's a minute',
  },
  { label: '… of that git', row: 'streaming', metric: 'git', unit: 's a minute' },
  { label: 'CPU, 8 quiet panes', row: 'quiet', metric: 'cpu', unit: 's a minute', most: 0.1 },
  { label: 'woken, 8 quiet panes', row: 'quiet', metric: 'wakes', unit: 'times a minute' },
  { label: 'attach: command to full paint, 8 panes', row: 'attach', metric: 'ms', unit: 'ms', most: 250 },
  { label: 'start and full paint, 8 panes', row: 'start', metric: 'ms', unit: 'ms', most: 400 },
  { label: 'the very first start, 8 worktrees made', row: 'start', metric: 'first', unit: 'ms' },
  { label: 'memory, 8 panes with 2,000 lines', row: 'memory 8', metric: 'MiB', unit: 'MiB', most: 200 },
  { label: 'memory, 24 panes with 2,000 lines', row: 'memory 24', metric: 'MiB', unit: 'MiB', most: 300 },
  { label: 'memory, one pane, after 200,000 lines', row: 'growth', metric: 'early', unit: 'MiB' },
  { label: '… after a million lines', row: 'growth', metric: 'late', unit: 'MiB' },
  {
    label: '`mcc --version` beside `node -e 0`',
    row: 'verbs',
    metric: 'version',
    unit: 'ms',
    beside: 'node',
    ratio: 1.3,
  },
  { label: '`mcc status` beside `node -e 0`', row: 'verbs', metric: 'status', unit: 'ms', beside: 'node' },
  { label: '`mcc task list` beside `node -e 0`', row: 'verbs', metric: 'tasks', unit: 'ms', beside: 'node' },
  ...(['echo idle', 'echo, 7 stream'] as const).flatMap((row): Line[] => {
    const label = `\`host: tmux\` beside \`pty\`, key to glyph, ${row === 'echo idle' ? 'idle' : '7 neighbours stream'}`;
    const line = { row: `host tmux: ${row}`, metric: 'ms', unit: 'ms' };
    return [
      { label: `${label}: p50`, ...line },
      { label: `${label}: p99`, ...line, of: 'p99' },
    ];
  }),
  {
    label: '`host: tmux` beside `pty`, 50 MB of coloured text',
    row: 'host tmux: throughput',
    metric: 'MBs',
    unit: 'MB/s',
  },
];

/** The median over the rounds of a metric; undefined when it was not measured. */
function value(rounds: readonly Summary[], metric: string, of: 'p50' | 'p99'): number | undefined {
  const all = rounds.flatMap((round) => (round[metric] ? [round[metric][of]] : []));
  return all.length > 0 ? summed(all).p50 : undefined;
}

const shown = (number: number | undefined): string =>
  number === undefined
    ? ''
    : number >= 1000
      ? Math.round(number).toLocaleString('en')
      : number >= 100
        ? number.toFixed(0)
        : number >= 10
          ? number.toFixed(1)
          : number.toFixed(2);

function told(line: Line, mcc: number, peer: number | undefined): string {
  const { ratio, most, least } = line;
  const wanted = [
    ...(ratio === undefined ? [] : [`${least ? 'at least ' : '≤ '}${ratio} ×`]),
    ...(most === undefined ? [] : [`≤ ${most} ${line.unit}`]),
  ];
  if (wanted.length === 0) return '';
  const share = peer === undefined ? undefined : mcc / peer;
  const byRatio = ratio === undefined || share === undefined || (least ? share >= ratio : share <= ratio);
  const byValue = most === undefined || mcc <= most;
  return `${wanted.join(', ').trim()}: ${byRatio && byValue ? 'yes' : '**no**'}`;
}

/** The table of docs/performance.md. */
export function table({ rows }: Results): string {
  const body = lines.flatMap((line) => {
    const result = rows[line.row];
    const mcc = result && value(result.mcc, line.metric, line.of ?? 'p50');
    if (!result || mcc === undefined) return [];
    const peer = line.beside
      ? value(result.mcc, line.beside, 'p50')
      : value(result.tmux, line.metric, line.of ?? 'p50');
    const share = peer ? `${(mcc / peer).toFixed(2)} ×` : '';
    return [
      `| ${line.label} | ${shown(mcc)} | ${shown(peer)} | ${line.unit} | ${share} | ${told(line, mcc, peer)} |`,
    ];
  });
  return [
    '| | mcc | peer | unit | ratio | wanted |',
    '| --- | ---: | ---: | --- | ---: | --- |',
    ...body,
  ].join('\n');
}

/** Where and how it was measured, row by row. */
export function circumstances({ machine, seed, rows }: Results): string {
  const all = Object.entries(rows).map(([name, { at, commit, load, mcc, tmux }]) => {
    const counts = `${mcc.length}${tmux.some((one) => Object.keys(one).length > 0) ? ` + ${tmux.length}` : ''}`;
    return `| ${name} | ${counts} | ${at.slice(0, 16).replace('T', ' ')} | ${commit} | ${Math.min(...load).toFixed(1)} to ${Math.max(...load).toFixed(1)} |`;
  });
  const head = ['| row | runs | when (UTC) | commit | load average |', '| --- | ---: | --- | --- | --- |'];
  return [`${machine}; seed ${seed}.`, '', ...head, ...all].join('\n');
}
