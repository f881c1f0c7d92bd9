import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { scripted, Team } from './team.ts';

const secret = 'sk-ant-not-a-real-key-but-a-secret-0123456789';
const hosts = tmuxProblem(await findTmux(process.env)) === undefined ? ['pty', 'tmux'] : ['pty'];

test.each(hosts)(
  'the key of an agent stands in no log, no argv and no file that others can read, with host %s',
  async (host) => {
    const team = new Team({
      host,
      agents: { ann: scripted('', { auth: { env: 'WORK_KEY' } }), bob: scripted() },
    });
    onTestFinished(async () => void (await team.mcc('down', '--force')));
    team.env.WORK_KEY = secret;
    const up = await team.up();
    await up.idle('ann', 'bob');
    const environ = (agent: string) =>
      readFileSync(`/proc/${team.told('started', agent)[0]?.pid}/environ`, 'utf8').split('\0');
    expect(environ('ann')).toContain(`ANTHROPIC_API_KEY=${secret}`);
    expect(environ('bob').join()).not.toContain(secret);
    const said = await team.mcc('status', '--json');
    expect(said.out + said.err).not.toContain(secret.slice(-20));

    const files = readdirSync(team.root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(team.root, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
    const holding = files.filter((path) => readFileSync(path).includes(secret.slice(-20)));
    // The CLI itself asks for the end of the key there, to know that its use was allowed.
    expect(holding).toEqual([join(team.root, '.mcc/sessions/ann/config/.claude.json')]);
    for (const path of holding) {
      expect(readFileSync(path, 'utf8')).not.toContain(secret);
      expect([statSync(path).mode & 0o077, statSync(dirname(path)).mode & 0o077]).toEqual([0, 0]);
    }
    const argvs = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
        } catch {
          return []; // it ended meanwhile
        }
      });
    expect(argvs.filter((argv) => argv.includes(secret))).toEqual([]);
  },
);
