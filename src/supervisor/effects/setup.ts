import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { finished } from 'node:stream/promises';
import { setupEnvironment } from '../../agents/environment.ts';
import { settingsKey, type WorktreeSettings, worktreeSettings } from '../../core/worktree-settings.ts';
import { Tail } from '../../io/gate.ts';
import { startTime } from '../../io/process.ts';
import { type RunResult, runProgram } from '../../io/run.ts';
import { killTree } from '../../io/tree.ts';
import { bringFiles } from '../../io/worktree-files.ts';
import { leasedEnvironment, leasePorts } from '../leases.ts';
import { setupMark, setupMarkOf } from '../marks.ts';
import type { Project } from '../project.ts';
import { endSandbox, isolateSetup, type Sandboxed, setupId } from './isolation.ts';
import { makeWorktree } from './worktree.ts';

/** How much of a command's output is kept for who reads that it failed, in bytes; all of it is in the log file. */
const tailBytes = 4_000;

/** What a set-up writes: a file that keeps all of it, and the end of it at hand. */
interface Output {
  add(text: string | Uint8Array): void;
  tail: Tail;
}

/** Makes the worktree of an agent ready: ports, copied and linked files, then the set-up commands, one after the other. */
export async function prepareWorktree(project: Project, name: string): Promise<void> {
  const { supervisor, repository, paths } = project;
  const settings = worktreeSettings(project.team, name);
  const worktree = supervisor.state.agents[name]?.worktree;
  if (!worktree || supervisor.draining) return;
  if (!existsSync(worktree.path)) await makeWorktree(project, name);
  await endSetup(project, name);
  await leasePorts(project, name);
  const log = paths.setupLog(name);
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log, { mode: 0o600 });
  try {
    const brought = await bringFiles({ repository, path: worktree.path, ...settings });
    for (const line of brought) file.write(`${line}\n`);
    const failure = await runCommands(project, name, settings, file);
    if (failure === 'stopped') return;
    const key = settingsKey(settings);
    const hint = `look into ${relative(project.root, log)}, put it right, then mcc agent start ${name}`;
    supervisor.turn(
      [
        failure === null
          ? { type: 'worktree.prepared', agent: name, settings: key }
          : { type: 'worktree.unprepared', agent: name, settings: key, reason: failure, hint },
      ],
      'mcc',
      `setup ${name}`,
    );
  } finally {
    file.end();
    await finished(file);
  }
}

/** @returns null when all went well, what failed in words, or `stopped` when the supervisor ends */
async function runCommands(
  project: Project,
  name: string,
  { setup, timeout }: WorktreeSettings,
  file: { write(text: string | Uint8Array): unknown },
): Promise<string | null> {
  for (const command of setup) {
    const output: Output = { tail: new Tail(tailBytes), add: (text) => void file.write(text) };
    output.add(`$ ${command}\n`);
    const reason = `set-up: ${command}`;
    project.supervisor.turn([{ type: 'agent.waits', agent: name, reason }], 'mcc', `setup ${name}`);
    const ended = await runCommand(project, name, command, timeout, output);
    await endSetup(project, name);
    if (ended.aborted) return 'stopped';
    if (ended.code === 0 && !ended.timedOut) continue;
    const how = ended.timedOut ? `took longer than ${timeout} s` : `exit ${ended.code ?? ended.signal}`;
    const said = output.tail.text().trim().split('\n').slice(-5).join('\n');
    return `set-up failed: \`${command}\` (${how})${said === '' ? '' : `: ${said}`}`;
  }
  return null;
}

async function runCommand(
  project: Project,
  name: string,
  command: string,
  timeout: number,
  { add, tail }: Output,
): Promise<RunResult> {
  const { environment, supervisor, team, root } = project;
  const spec = team.agents[name];
  const worktree = supervisor.state.agents[name]?.worktree;
  if (!spec || !worktree) throw new Error(`${name} is not in agents.yaml`);
  const leases = leasedEnvironment(project, name);
  const take = (chunk: Buffer) => {
    add(chunk);
    tail.add(chunk);
  };
  const env = {
    ...setupEnvironment({ spec, environment, leases }),
    MCC_AGENT: name,
    MCC_ROOT: root,
    [setupMark]: setupMarkOf(root, name),
  };
  const shell = { file: '/bin/sh', args: ['-c', command] };
  const { file, args } = await isolateSetup(project, name, worktree.path, shell, Object.keys(env));
  return runProgram(file, args, {
    cwd: worktree.path,
    env,
    timeoutMs: timeout * 1000,
    signal: project.ending,
    onStdout: take,
    onStderr: take,
  });
}

/** Ends what set-up commands left behind, or what goes on of them after a crash. @throws Error that names what cannot be ended */
export async function endSetup(project: Sandboxed, name: string): Promise<void> {
  const { root } = project;
  await endSandbox(project, setupId(root, name));
  const marker = { name: setupMark, value: setupMarkOf(root, name) };
  const left = await killTree({ pid: 0, start: startTime(process.pid) ?? '', marker }, { grace: 0 });
  if (left.length > 0)
    throw Object.assign(new Error(`processes ${left.join(', ')} of the set-up of ${name} cannot be ended`), {
      hint: 'end them, then mcc up',
    });
}
