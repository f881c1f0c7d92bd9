import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../../src/core/state.ts';
import { isAlive, startTime } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { scripted, Team } from './team.ts';

const hosts = ['pty', ...(tmuxProblem(await findTmux(process.env)) === undefined ? ['tmux'] : [])];

/** As if the machine had lost its power: all processes are gone at once, and so is what lay in memory. */
async function losePower(team: Team): Promise<void> {
  const { supervisor, agents } = team.state;
  const runtime = dirname(readPointer(team.root) ?? '');
  const tmux = join(runtime, '_tmux');
  const server = existsSync(tmux)
    ? execFileSync('tmux', ['-S', tmux, 'display-message', '-p', '#{pid}'], { encoding: 'utf8' })
    : '0';
  const sessions = Object.values(agents)
    .filter(isRunning)
    .map(({ session }) => session?.pid ?? 0);
  // The supervisor first: it would start anew whatever else goes.
  const pids = [supervisor?.pid ?? 0, Number(server), ...sessions].filter((pid) => pid > 0);
  for (const pid of pids) {
    const start = startTime(pid) ?? '';
    if (isAlive(pid, start)) process.kill(pid, 'SIGKILL');
    await team.until('it is dark', () => !isAlive(pid, start));
  }
  rmSync(runtime, { recursive: true, force: true });
}

/** Every start time on the disk is of an earlier boot then; and each pid belongs to somebody else by now. */
function boot(team: Team, stranger: number): void {
  const earlier = (text: string) => text.replaceAll(/(\d+)\.[0-9a-f]{8}-[0-9a-f]{4}\b/g, '$1.00000000-0000');
  const log = join(team.root, '.mcc/events.jsonl');
  const events = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  const moved = events.map((line) => {
    const event = JSON.parse(line);
    return event.type === 'session.started' ? JSON.stringify({ ...event, pid: stranger }) : line;
  });
  writeFileSync(log, earlier(`${moved.join('\n')}\n`));
  const lock = join(team.root, '.mcc/run/lock');
  for (const name of readdirSync(lock))
    renameSync(join(lock, name), join(lock, earlier(name).replace(/^\d+/, String(stranger))));
}

test.each(hosts)(
  'after a reboot, mcc up brings a team on %s back, with its conversations, and touches no stranger',
  async (host) => {
    const team = await new Team({ host, agents: { ann: scripted(), bob: { kind: 'shell' } } }).up();
    await team.idle('ann', 'bob');
    const id = await team.send('ann', 'hello');
    await team.until('ann took it', () => team.receipt(id) === 'accepted');
    await team.idle('ann');
    await losePower(team);
    const stranger = spawn('sleep', ['1000']);
    onTestFinished(() => void stranger.kill('SIGKILL'));
    const pid = stranger.pid ?? 0;
    boot(team, pid);
    mkdirSync('/tmp/cc-socks', { recursive: true });
    const socket = join('/tmp/cc-socks', `${pid}.sock`);
    writeFileSync(socket, '');
    onTestFinished(() => rmSync(socket, { force: true }));

    await team.up();
    await team.idle('ann', 'bob');
    expect(team.told('started', 'ann').map(({ resumed }) => resumed)).toEqual([false, true]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    expect(existsSync(socket)).toBe(true);
    const again = await team.send('ann', 'are you back?');
    await team.until('ann took that', () => team.receipt(again) === 'accepted');
    expect(team.times(id)).toBe(1);
  },
);
