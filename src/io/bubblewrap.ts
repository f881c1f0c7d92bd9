import { delimiter, join } from 'node:path';
import { findProgram } from './program.ts';
import type { Problem } from './repository.ts';
import { type Env, runProgram } from './run.ts';
import { isFolder, type Mount } from './sandbox.ts';

/** A program as it is started: an argv. */
export interface Argv {
  file: string;
  args: string[];
}

/**
 * Signals that a terminal or whoever ends a session sends to all of its processes. bwrap itself would end by them at once
 * and take the program with it, unasked; so it ignores them, and the program is born as if nothing had been ignored.
 */
const signals = 'INT,QUIT,TERM,HUP';

/**
 * Puts a program into a sandbox of bubblewrap: a user, process and IPC namespace of its own without any capability, `/`
 * read-only, and over it what is given. The network is the machine's. It ends with whoever started it.
 * @param bwrap absolute path of bwrap
 * @param env absolute path of an env(1) that knows --ignore-signal (coreutils 8.31)
 * @param set variables that are other inside
 */
export function bubblewrap(
  { bwrap, env }: Programs,
  program: Argv,
  inside: { mounts: readonly Mount[]; cwd: string; set?: Env },
): Argv {
  return {
    file: env,
    args: [
      `--ignore-signal=${signals}`,
      bwrap,
      ...['--die-with-parent', '--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--cap-drop', 'ALL'],
      ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
      // Its files belong to root: where mcc is run by root, and only there, bwrap leaves them writable (0.8.0).
      ...['/proc/sys', '/proc/sysrq-trigger'].flatMap((path) => ['--ro-bind-try', path, path]),
      ...inside.mounts.flatMap(wordsOf),
      // What is hidden stays empty; whatever was laid over it is a mount of its own, which this does not concern.
      ...inside.mounts.flatMap(({ type, at }) =>
        type === 'hide' && isFolder(at) ? ['--remount-ro', at] : [],
      ),
      ...Object.entries(inside.set ?? {}).flatMap(([name, value]) => ['--setenv', name, value]),
      ...['--chdir', inside.cwd],
      ...['--', env, `--default-signal=${signals}`, program.file, ...program.args],
    ],
  };
}

function wordsOf(mount: Mount): string[] {
  const { at } = mount;
  switch (mount.type) {
    case 'write':
      return ['--bind', mount.from ?? at, at];
    case 'read':
      return ['--ro-bind', mount.from ?? at, at];
    case 'own':
      return ['--tmpfs', at];
    case 'hide':
      // A device on a mount without devices: nobody can open it.
      return isFolder(at) ? ['--tmpfs', at] : ['--ro-bind', '/dev/null', at];
  }
}

export interface Programs {
  bwrap: string;
  env: string;
}

/** Looked into first: what makes a sandbox is not taken from a folder that an agent may have put in front. */
const usual = ['/usr/bin', '/bin', '/usr/local/bin'];

/** The programs of a sandbox, or what is missing and what to do about it. */
export async function findBubblewrap(
  environment: Readonly<Record<string, string | undefined>>,
  folders: readonly string[] = usual,
): Promise<Programs | Problem> {
  const PATH = [...folders, environment.PATH ?? ''].join(delimiter);
  const [bwrap, env] = await Promise.all(['bwrap', 'env'].map((name) => findProgram(name, { PATH })));
  if (process.platform !== 'linux' || !bwrap || !env)
    return {
      what:
        process.platform === 'linux'
          ? '`isolation: bubblewrap` needs the program `bwrap`, which is not installed'
          : '`isolation: bubblewrap` works on Linux alone',
      hint:
        process.platform === 'linux'
          ? 'apt install bubblewrap (or dnf, pacman, apk), or take `isolation:` out of the team file'
          : 'take `isolation:` out of the team file',
    };
  return (await problemOf({ bwrap, env })) ?? { bwrap, env };
}

/** Why no sandbox can be made here: the smallest one of the same kind is tried. */
async function problemOf(programs: Programs): Promise<Problem | null> {
  const { file, args } = bubblewrap(
    programs,
    { file: '/bin/sh', args: ['-c', ':'] },
    { mounts: [], cwd: '/' },
  );
  const ran = await runProgram(file, args, { cwd: '/', env: {}, timeoutMs: 10_000 });
  if (ran.code === 0) return null;
  const said = ran.stderr.trim().split('\n').at(-1) ?? '';
  return {
    what: `\`isolation: bubblewrap\` is not possible here: ${said === '' ? `bwrap ended with ${ran.code ?? ran.signal}` : said}`,
    hint: /namespace|permission|not permitted|uid map/i.test(said)
      ? `allow this user to make namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; ${join('/etc', 'apparmor.d')}), or take \`isolation:\` out of the team file`
      : 'run bwrap --ro-bind / / true to see more, or take `isolation:` out of the team file',
  };
}
