// Measures mcc beside tmux, from outside, and writes docs/performance.md:
//   npm run bench                            everything, about half an hour on a quiet machine
//   npm run bench -- --only 'start,echo 7'   some rows, beside what was measured of the others before
//   npm run bench -- --quick                 short runs, to try the bench itself; nothing is written
//   npm run bench -- --table                 the page anew from bench/results.json
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mcc, type Peer, tmux } from './peers.ts';
import { programs } from './programs.ts';
import { randomFrom, shuffled } from './random.ts';
import { type Bench, type Row, rows } from './rows.ts';
import { circumstances, type Results, type Summary, summed, table } from './table.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string' },
  },
});
const file = new URL('results.json', import.meta.url);
const page = new URL('../docs/performance.md', import.meta.url);

const output = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8' }).trim();

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpu?.model.trim()}), ${memory} GiB, Node ${process.version}, ${output('tmux', '-V')}`;
}

function known(): Results {
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : { rows: {} };
  return { ...before, machine: machine(), seed: Number(options.seed) };
}

/** The parts of the page that are generated, between their marks. */
function writePage(results: Results): void {
  const parts: Record<string, string> = { table: table(results), circumstances: circumstances(results) };
  const text = readFileSync(page, 'utf8').replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_, begin, name, end) => `${begin}${parts[name] ?? ''}\n${end}`,
  );
  writeFileSync(page, text);
}

/** All runs of all rows in random order, so that whatever else the machine does meets both alike. */
async function measure(chosen: readonly Row[], bench: Bench, results: Results): Promise<void> {
  const rounds = (row: Row) => (options.rounds ? Number(options.rounds) : bench.quick ? 1 : row.rounds);
  const pairs = chosen.flatMap((row) => Array.from({ length: rounds(row) }, () => row));
  const runs = shuffled(pairs, bench.random).flatMap((row) => {
    const peers = row.peers ?? [mcc, tmux];
    const both = peers.map((peer, place) => ({ row, peer, as: place === 0 ? 'mcc' : 'tmux' }) as const);
    return shuffled(both, bench.random);
  });
  const commit = output('git', 'rev-parse', '--short', 'HEAD');
  const fresh = new Map<string, { load: number[]; mcc: Summary[]; tmux: Summary[] }>();
  for (const [index, { row, peer, as }] of runs.entries()) {
    const load = loadavg()[0] ?? 0;
    const summary = await once(row, peer, bench);
    console.log(
      `${index + 1}/${runs.length} ${peer.name.padEnd(11)} ${row.name.padEnd(25)} load ${load.toFixed(1)}  ${brief(summary)}`,
    );
    const its = fresh.get(row.name) ?? { load: [], mcc: [], tmux: [] };
    fresh.set(row.name, its);
    its.load.push(load);
    its[as].push(summary);
    results.rows[row.name] = { at: new Date().toISOString(), commit, ...its };
    if (!bench.quick) writeFileSync(file, `${JSON.stringify(results, rounded, 1)}\n`);
  }
}

async function once(row: Row, peer: Peer, bench: Bench): Promise<Summary> {
  const measured = await row.measure(peer, bench);
  const full = Object.entries(measured).filter(([, samples]) => samples.length > 0);
  return Object.fromEntries(full.map(([name, samples]) => [name, summed(samples)]));
}

const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

const brief = (summary: Summary): string =>
  Object.entries(summary)
    .map(
      ([name, { p50, p99, count }]) =>
        `${name} ${Number(p50.toPrecision(3))}${count > 1 ? ` (p99 ${Number(p99.toPrecision(3))})` : ''}`,
    )
    .join(', ');

const results = known();
if (!options.table) {
  console.log(`seed ${options.seed}; ${results.machine}`);
  const names = options.only?.split(',').map((name) => name.trim());
  const chosen = rows.filter(
    ({ name }) => !names || names.some((wanted) => name.replace(',', '').startsWith(wanted)),
  );
  const folder = mkdtempSync(join(tmpdir(), 'mcc-bench-text-'));
  try {
    await measure(
      chosen,
      { programs: programs(folder), random: randomFrom(Number(options.seed)), quick: options.quick },
      results,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (options.quick) console.log(table(results));
else writePage(results);
process.exit(0); // a terminal's last reading may still be waiting
