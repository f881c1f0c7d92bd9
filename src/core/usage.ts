/** What an agent takes of the machine, with all processes that it started. */
export interface Usage {
  /** bytes of memory that are its own: what is shared with other programs, and files, are left out */
  memory: number;
  /** percent of one core since the last look; null at the first */
  cpu: number | null;
  processes: number;
}

const units: [string, number][] = [
  ['TB', 2 ** 40],
  ['GB', 2 ** 30],
  ['MB', 2 ** 20],
  ['kB', 2 ** 10],
];

/** `850 MB`, `3.2 GB`: units of 1024, as tools for processes have them. */
export function bytesText(bytes: number): string {
  // What rounds up to 1000 of a unit reads better as the next one.
  const [unit, size] = units.find(([, size]) => bytes >= size * 0.9995) ?? ['B', 1];
  const count = bytes / size;
  return `${count < 10 && unit !== 'B' && unit !== 'kB' ? count.toFixed(1) : Math.round(count)} ${unit}`;
}

/** Bytes of `4GB`, `512 MB`, `1.5G`; null for another text. */
export function bytesOf(text: string): number | null {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([kMGT])i?B?$/i.exec(text.trim()) ?? [];
  const size = units.find(([name]) => name[0]?.toLowerCase() === unit?.toLowerCase())?.[1];
  return count === undefined || size === undefined ? null : Math.round(Number(count) * size);
}

/** `412 MB 35%`: the CPU only where it is worth a word. */
export const usageText = ({ memory, cpu }: Usage): string =>
  cpu !== null && cpu >= 0.5 ? `${bytesText(memory)} ${Math.round(cpu)}%` : bytesText(memory);
