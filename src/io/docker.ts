import type { Argv } from './bubblewrap.ts';
import { findProgram } from './program.ts';
import type { Problem } from './repository.ts';
import { type Env, runProgram } from './run.ts';
import { isBelow, isFolder, type Mount } from './sandbox.ts';

/** What of the user's environment the docker client needs to find its daemon and its login. */
const clientVariables = [
  'HOME',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
];

export interface Container {
  image: string;
  /** by which it is removed: unique on the machine */
  name: string;
  mounts: readonly Mount[];
  cwd: string;
  /** variables that are other inside; they stand in the argv */
  set: Env;
  /** names of variables that are passed as the client has them, so that no value stands in an argv */
  pass: readonly string[];
  terminal: boolean;
  /** uid:gid */
  user: string;
}

/**
 * The argv that runs a program in a container: of the machine it sees the mounts alone, the rest is the image's. It is this
 * user, without capabilities, on the machine's network. What ends the client does not end the container: see `endContainer`.
 */
export function docker(program: string, { file, args }: Argv, container: Container): Argv {
  const { image, name, mounts, cwd, set, pass, terminal, user } = container;
  return {
    file: program,
    args: [
      ...['run', '--rm', '--init', '--interactive', ...(terminal ? ['--tty'] : []), '--name', name],
      ...['--network', 'host', '--user', user, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...['--pull', 'never', '--workdir', cwd],
      ...shown(mounts).flatMap((mount) => ['--mount', wordOf(mount)]),
      ...pass.filter((variable) => !(variable in set)).flatMap((variable) => ['--env', variable]),
      ...Object.entries(set).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      ...['--', image, file, ...args],
    ],
  };
}

/** Docker takes a place once, and makes those above first whatever their order; what is hidden must only be so below another. */
function shown(mounts: readonly Mount[]): Mount[] {
  const last = new Map(mounts.map((mount) => [mount.at, mount]));
  const kept = [...last.values()].filter(
    (mount) =>
      mount.type === 'read' ||
      mount.type === 'write' ||
      (mount.type === 'own'
        ? mount.at === '/tmp'
        : mounts.some(({ type, at }) => type !== 'own' && isBelow(mount.at, at))),
  );
  return kept.sort((a, b) => a.at.length - b.at.length);
}

function wordOf(mount: Mount): string {
  const { type, at } = mount;
  if (type === 'own') return fields('type=tmpfs', `destination=${at}`, 'tmpfs-mode=1777');
  if (type === 'hide')
    return isFolder(at)
      ? fields('type=tmpfs', `destination=${at}`, 'tmpfs-mode=0755')
      : fields('type=bind', 'source=/dev/null', `destination=${at}`, 'readonly');
  const source = mount.from ?? at;
  return fields(
    'type=bind',
    `source=${source}`,
    `destination=${at}`,
    ...(type === 'read' ? ['readonly'] : []),
  );
}

/** A value of --mount is a line of CSV. */
const fields = (...words: string[]): string =>
  words.map((word) => (/[",\n]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word)).join(',');

/** What the client's own environment must have beside what it passes on. */
export const clientEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    clientVariables.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Ends a container, if it is there, whoever started it. @throws Error when docker cannot be run */
export async function endContainer(
  program: string,
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const env = clientEnvironment(environment);
  await runProgram(program, ['rm', '--force', name], { cwd: '/', env, timeoutMs: 30_000 });
}

/** The docker client, or why no container can be made of that image and what to do about it. */
export async function findDocker(
  environment: Readonly<Record<string, string | undefined>>,
  image: string | undefined,
): Promise<{ program: string; image: string } | Problem> {
  const program = await findProgram('docker', environment);
  const instead = 'or take `isolation:` out of the team file';
  if (!program)
    return {
      what: '`isolation: docker` needs the program `docker`, which is not installed',
      hint: `install it, ${instead}`,
    };
  if (image === undefined)
    return {
      what: '`isolation: docker` needs an image',
      hint: 'name one in the team file: sandbox: { image: … }',
    };
  const env = clientEnvironment(environment);
  const ran = await runProgram(program, ['image', 'inspect', '--', image], {
    cwd: '/',
    env,
    timeoutMs: 10_000,
  });
  if (ran.code === 0) return { program, image };
  const said = ran.stderr.trim().split('\n').at(-1) ?? '';
  return /no such image/i.test(said)
    ? { what: `there is no image \`${image}\` here`, hint: `docker pull ${image}, ${instead}` }
    : { what: `\`isolation: docker\` is not possible here: ${said}`, hint: `start docker, ${instead}` };
}
