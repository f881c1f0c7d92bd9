import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { type Kind, kinds, type Launch } from '../../agents/index.ts';
import { insideOf } from '../../io/files.ts';
import { isBelow } from '../../io/sandbox.ts';
import type { Project } from '../project.ts';

/** The `mcc` that the agent finds: this program, by absolute paths, whatever PATH the agent makes. */
export function writeWrapper(project: Project, bin: string): void {
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  const words = project.program.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  writeFileSync(join(bin, 'mcc'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o700 });
}

/** A session's own folder for temporary files and sockets; removed with everything in it when the supervisor stops. */
export function temporaryFolder(project: Project, name: string): string {
  const folder = join(project.runtime, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/**
 * Writes the files that a launch needs, those of the run anew, a seed only where it is not there.
 * @param folder what the session's files lie in; the session may write parts of it, and so lay links in it
 * @throws Error when such a link leads out of it
 */
export function writeFiles(launch: Launch, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const places = [...launch.files, ...(launch.links ?? [])].map(({ path }) => dirname(path));
  for (const place of [...places, ...(launch.folders ?? [])])
    if (isBelow(place, folder) && insideOf(folder, place) === undefined)
      throw Object.assign(new Error(`${place} leads out of ${folder}`), {
        hint: `look at it: ls -l '${place}'`,
      });
  for (const file of launch.files) {
    mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 });
    if (file.once && existsSync(file.path)) continue;
    rmSync(file.path, { force: true });
    writeFileSync(file.path, file.text, { mode: file.mode });
  }
  for (const folder of launch.folders ?? []) mkdirSync(folder, { recursive: true });
  for (const { path, to } of launch.links ?? [])
    if (existsSync(to) && !existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      symlinkSync(to, path);
    }
}

/** The program of a launch, found on the PATH that the session will have. @throws Error that says how to get it */
export function programPath(launch: Launch): string {
  if (isAbsolute(launch.file)) return launch.file;
  const found = (launch.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, launch.file))
    .find(existsSync);
  if (found) return found;
  const known = Object.values<Kind>(kinds).find(({ program }) => program === launch.file);
  const hint = known?.install ?? `install ${launch.file}, or name another command in agents.yaml`;
  throw Object.assign(new Error(`${launch.file} is not installed: it is not on PATH`), { hint });
}
