import { lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';

/**
 * What a sandbox shows of the machine, place by place; a later one lies over an earlier one. Everything else can be read
 * and not written.
 */
export type Mount =
  /** is there as it is, and can be written; `from` where it is another one that is shown there */
  | { type: 'write' | 'read'; at: string; from?: string }
  /** a folder is empty, a file cannot be opened */
  | { type: 'hide'; at: string }
  /** an empty folder of its own, which can be written and goes with the sandbox */
  | { type: 'own'; at: string };

/** Folders in which other programs keep sockets and temporary files: each of these is a way out, so all are hidden. */
const shared = ['/tmp', '/var/tmp', '/run', '/var/run'];
/** What programs need of /run: where names are looked up, and where NixOS keeps its programs. */
const needed = [
  '/run/systemd/resolve',
  '/run/resolvconf',
  '/run/NetworkManager/resolv.conf',
  '/run/NetworkManager/no-stub-resolv.conf',
  '/run/connman/resolv.conf',
  '/run/current-system',
  '/run/booted-system',
  '/run/opengl-driver',
];

export interface Surroundings {
  environment: Readonly<Record<string, string | undefined>>;
  /** further folders in which sockets lie */
  sockets: readonly string[];
  /** what must be readable although it may lie in a hidden folder: programs, the project */
  visible: readonly string[];
}

/**
 * The machine around a sandbox: the folders of sockets and temporary files are its own, except for what must be seen.
 * Paths that do not exist are left out.
 */
export function surroundings({ environment, sockets, visible }: Surroundings): Mount[] {
  const { TMPDIR, XDG_RUNTIME_DIR } = environment;
  const own = realPaths([...shared, ...absolute(TMPDIR), ...absolute(XDG_RUNTIME_DIR), ...sockets]);
  const hidden = (path: string) => own.some((folder) => isBelow(path, folder));
  return [
    ...own.map((at): Mount => ({ type: 'own', at })),
    ...realPaths([...needed, ...visible])
      .filter(hidden)
      .map((at): Mount => ({ type: 'read', at })),
  ];
}

/** Mounts of places that agents.yaml names; those that do not exist are left out. */
export const places = (
  type: 'write' | 'read' | 'hide',
  paths: readonly string[],
  home: string | undefined,
): Mount[] => realPaths(paths.map((path) => atHome(path, home))).map((at) => ({ type, at }));

/** A path in which `~/` stands for the home directory. */
export const atHome = (path: string, home = homedir()): string =>
  path.startsWith('~/') ? join(home, path.slice(2)) : path;

/** Real paths, each once, of those that exist; a mount cannot be laid on a link. */
export const realPaths = (paths: readonly string[]): string[] => [
  ...new Set(
    paths.flatMap((path) => {
      try {
        const real = realpathSync(path);
        return real === sep ? [] : [real];
      } catch {
        return [];
      }
    }),
  ),
];

/** True for a path inside of a folder, which itself does not count. */
export const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}${sep}`);

/** True for a folder that is there itself, not by a link. */
export const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const absolute = (path: string | undefined): string[] => (path?.startsWith(sep) ? [path] : []);
