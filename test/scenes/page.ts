import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Chaos } from './chaos.ts';
import type { Kills } from './kills.ts';
import type { Played, Results } from './results.ts';

/** Writes the tables of docs/reliability.md anew from what was measured: `npm run test:scenes -- docs`. */
type Stamped<T> = T & { at: string; commit: string; load: number };

const read = <T>(name: string): T => {
  const file = new URL(name, import.meta.url);
  return (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as T;
};
const { runs = {} } = read<Partial<Results>>('results.json');
const random = read<Record<string, Stamped<Chaos> | Stamped<Kills>>>('chaos.json');
const grounds = Object.keys(runs).sort();

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
const isGood = (played: Played): boolean => faults(played).length === 0;

/** What was not as it should be, a sentence each. */
function faults({ moments, checks, flaps, error, left = [] }: Played): string[] {
  return [
    ...moments
      .filter(({ ok }) => !ok)
      .map(({ what, truth, judged }) => `${what}: true was ${truth}, judged ${judged.split('\n')[0]}`),
    ...checks.filter(({ ok }) => !ok).map(({ what }) => `not so: ${what}`),
    ...flaps,
    ...(error ? [`it could not be played to its end: ${error.split('\n')[0]}`] : []),
    ...left.map((one) => `left behind: ${one}`),
  ];
}

const playedOn = (ground: string): [string, Played][] => Object.entries(runs[ground]?.scenes ?? {});

function summary(): string {
  const rows = grounds.map((ground) => {
    const all = playedOn(ground).map(([, played]) => played);
    const moments = all.flatMap((played) => played.moments);
    const right = moments.filter(({ ok }) => ok);
    const times = right.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    return [
      ground,
      `${all.filter(isGood).length} of ${all.length}`,
      `${right.length} of ${moments.length}`,
      String(all.flatMap(({ flaps }) => flaps).length),
      `${at(0.5)} / ${at(0.9)} / ${at(1)} ms`,
    ];
  });
  return table(
    [
      'version, host',
      'scenes without a fault',
      'moments judged right',
      'scenes that flapped',
      'truth known to judged: p50 / p90 / most',
    ],
    rows,
  );
}

function scenes(): string {
  const names = [...new Set(grounds.flatMap((ground) => playedOn(ground).map(([name]) => name)))];
  const rows = names.map((name) => [
    cell(name),
    ...grounds.map((ground) => {
      const played = runs[ground]?.scenes[name];
      if (!played) return '–';
      const right = played.moments.filter(({ ok }) => ok).length;
      const count = `${right}/${played.moments.length}`;
      return isGood(played)
        ? count
        : `**${count}**${played.flaps.length > 0 ? ' flap' : ''}${played.error ? ' broken off' : ''}`;
    }),
  ]);
  return table(['scene', ...grounds], rows);
}

function faulty(): string {
  const found = grounds.flatMap((ground) =>
    playedOn(ground).flatMap(([name, played]) =>
      faults(played).map((fault) => `- ${ground}, ${name}: ${cell(fault)}`),
    ),
  );
  return found.length > 0 ? found.join('\n') : 'Nothing.';
}

function circumstances(): string {
  const rows = [
    ...grounds.map((ground) => {
      const all = Object.values(runs[ground]?.scenes ?? {});
      const ats = all.map(({ at }) => at).sort();
      const loads = all.map(({ load }) => load).sort((a, b) => a - b);
      return [
        ground,
        `${ats[0]?.slice(0, 16).replace('T', ' ')}`,
        [...new Set(all.map(({ commit }) => commit))].join(', '),
        `${loads[0]} to ${loads.at(-1)}`,
      ];
    }),
    ...Object.entries(random).map(([name, { at, commit, load }]) => [
      name,
      at.slice(0, 16).replace('T', ' '),
      commit,
      String(load),
    ]),
  ];
  return table(['what', 'when (UTC)', 'commit', 'load average'], rows);
}

const isKills = (one: Chaos | Kills): one is Kills => 'count' in one;

function chaosTable(): string {
  const rows = Object.values(random).flatMap((one) => {
    if (isKills(one)) return [];
    const { deeds, messages, agents, seed, wrong, left, seconds } = one;
    const count = (deed: string) => String(deeds[deed] ?? 0);
    return [
      [
        one.cast ?? 'scripted agents',
        one.host,
        String(seed),
        `${messages} to ${agents}`,
        count('agent killed'),
        count('supervisor killed'),
        count('screen killed'),
        count('draft'),
        count('dialog answered'),
        wrong.length === 0 ? '0' : `**${wrong.length}**: ${cell(wrong.slice(0, 5).join('; '))}`,
        left.length === 0 ? '0' : `**${left.length}**`,
        `${seconds} s`,
      ],
    ];
  });
  const head = [
    'who plays',
    'host',
    'seed',
    'messages',
    'agents killed',
    'supervisors killed',
    'screens killed',
    'drafts',
    'dialogs',
  ];
  return table([...head, 'lost, doubled, out of order or mixed', 'left behind', 'took'], rows);
}

function killsTable(): string {
  const rows = Object.values(random).flatMap((one) => {
    if (!isKills(one)) return [];
    const { seed, count, early, agents, messages, wrong, left, seconds } = one;
    return [
      [
        String(seed),
        String(count),
        String(early),
        String(agents),
        String(messages),
        wrong.length === 0 ? '0' : `**${wrong.length}**: ${cell(wrong.slice(0, 5).join('; '))}`,
        left.length === 0 ? '0' : `**${left.length}**: ${cell(left.join('; '))}`,
        `${seconds} s`,
      ],
    ];
  });
  const head = [
    'seed',
    'kill -9',
    'more, while taking over',
    'agents',
    'messages',
    'faults',
    'left behind',
    'took',
  ];
  return table(head, rows);
}

const parts: Record<string, () => string> = {
  summary,
  scenes,
  faults: faulty,
  chaos: chaosTable,
  kills: killsTable,
  circumstances,
};
const page = new URL('../../docs/reliability.md', import.meta.url);
const text = readFileSync(page, 'utf8').replace(
  /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
  (_, begin, name, end) => `${begin}${parts[name]?.() ?? ''}\n${end}`,
);
writeFileSync(page, text);
