import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPending, isRunning } from '../../src/core/state.ts';
import { holderOf } from '../../src/io/lock.ts';
import { isAlive } from '../../src/io/process.ts';
import { Project } from './project.ts';

/** What came of it. */
export interface Kills {
  seed: number;
  count: number;
  /** killed while it was still taking sessions over */
  early: number;
  agents: number;
  messages: number;
  wrong: string[];
  left: string[];
  seconds: number;
}

/**
 * Kills the supervisor again and again while agents live on in tmux, at random moments: while it is quiet, types, is told
 * something, or takes sessions over. The agents' processes must stay the same, each adoption must show what stood on their
 * screens, and what was sent must be told exactly once.
 */
export async function killAgainAndAgain(options: {
  count: number;
  seed: number;
  random: () => number;
  say: (line: string) => void;
}): Promise<Kills> {
  const { count, seed, random, say } = options;
  const begin = Date.now();
  const names = ['ann', 'bob', 'cid'];
  const agent = {
    kind: 'claude',
    command: [process.execPath, resolve('test/fixtures/agent.mjs')],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: agents.yaml takes the person's own variable
    env: { AGENT_LOG: '${AGENT_LOG}', AGENT_TRAITS: 'tells' },
  };
  const agents = { ...Object.fromEntries(names.map((name) => [name, agent])), shell: { kind: 'shell' } };
  const project = new Project({ host: 'tmux', agents });
  project.env.AGENT_LOG = join(project.top, 'agents.jsonl');
  const sent = new Map<string, string[]>();
  const wrong: string[] = [];
  let early = 0;
  let lines = 0;
  /** lines that the shell was seen to answer: a key pressed right before a kill may be lost */
  const seen: number[] = [];
  const answered = (line: number) => new RegExp(`^line-${line}\\s*$`, 'm').test(project.text('shell'));

  const identities = () =>
    Object.values(project.state.agents).map(({ name, session }) => `${name} ${session?.id} ${session?.pid}`);
  const send = async () => {
    const name = names[Math.floor(random() * names.length)] ?? '';
    const id = await project.send(name, `number ${project.state.seq}`);
    sent.set(name, [...(sent.get(name) ?? []), id]);
  };
  const pending = () => Object.values(project.state.posts).filter(isPending).length;
  const allTaken = () =>
    project.until('all are taken', () => pending() === 0, {
      about: () =>
        Object.values(project.state.posts)
          .filter(isPending)
          .map(
            ({ message, receipt, held }) =>
              `${message.to} ${message.id} ${receipt} ${held ?? ''}\n${project.text(message.to)}`,
          )
          .join('\n'),
    });
  /** Something is on its way when the supervisor dies. */
  const stir = async () => {
    const chance = random();
    for (let more = Math.floor(random() * 3); more > 0; more -= 1) await send();
    if (chance < 0.3)
      await project
        .until(
          'something is handed over',
          () => Object.values(project.state.posts).some(({ receipt }) => receipt === 'handed over'),
          { ms: 1_500 },
        )
        .catch(() => {});
    else if (chance < 0.5) await allTaken();
    lines += 1;
    project.type('shell', `echo line-$((${lines}))\r`);
    if (chance > 0.8) return;
    await project.until('the shell has answered', () => answered(lines));
    seen.push(lines);
  };
  /** Kills the next one while it takes the sessions over. */
  const killEarly = async () => {
    const up = project.mcc('up', '--headless');
    const lock = join(project.root, '.mcc/run/lock');
    const ended = up.then(() => true);
    const before = project.state.supervisor?.pid;
    for (;;) {
      const owner = await holderOf(lock);
      if (owner && owner.pid !== before) {
        const wait = random() * 300;
        const since = Date.now();
        await project.until('it is on its way', () => Date.now() - since > wait);
        if (isAlive(owner.pid, owner.start)) process.kill(owner.pid, 'SIGKILL');
        early += 1;
        break;
      }
      if (await Promise.race([ended, new Promise((done) => setTimeout(() => done(false), 5))])) break;
    }
    await up;
  };

  try {
    await project.up();
    for (const name of [...names, 'shell']) project.watch(name);
    await project.until('all of them run', () => Object.values(project.state.agents).every(isRunning));
    await project.until('the shell is there', () => project.text('shell') !== '');
    const first = identities();
    const pids = Object.values(project.state.agents).flatMap(({ session }) => session ?? []);
    for (let done = 1; done <= count; done += 1) {
      await stir();
      const marker = seen.at(-1) ?? 0;
      await project.killSupervisor();
      for (const { pid, start } of pids)
        if (!isAlive(pid, start)) wrong.push(`kill ${done}: process ${pid} ended`);
      if (random() < 0.15) await killEarly();
      // What was drawn before must come back by the adoption alone.
      for (const screen of project.screens.values()) screen.write(Buffer.from('\x1bc'));
      await project.up();
      const now = identities();
      if (now.join() !== first.join()) {
        wrong.push(`kill ${done}: other sessions: ${now.join(', ')} instead of ${first.join(', ')}`);
        break;
      }
      await project
        .until('the screen is back', () => marker === 0 || answered(marker), { ms: 10_000 })
        .catch(() => wrong.push(`kill ${done}: line-${marker} is missing on\n${project.text('shell')}`));
      if (done % 10 === 0) say(`${done} kills, ${early} more while taking over, ${wrong.length} wrong`);
    }
    await allTaken();
    await historyOf(project, seen, wrong);
    const log = existsSync(project.env.AGENT_LOG) ? readFileSync(project.env.AGENT_LOG, 'utf8') : '';
    judge(log, sent, wrong);
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  }
  const messages = [...sent.values()].flat().length;
  const left = await project.close();
  const seconds = Math.round((Date.now() - begin) / 1000);
  return { seed, count, early, agents: names.length + 1, messages, wrong, left, seconds };
}

/** Every line that the shell ever answered is in what can be looked back to. */
async function historyOf(project: Project, seen: readonly number[], wrong: string[]): Promise<void> {
  const { out } = await project.mcc('capture', 'shell', '--history');
  const missing = seen.filter((line) => !new RegExp(`^line-${line}\\s*$`, 'm').test(out));
  if (missing.length > 0) wrong.push(`lines ${missing.join(', ')} are missing in the history of the shell`);
}

function judge(log: string, sent: ReadonlyMap<string, string[]>, wrong: string[]): void {
  const told = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { event: string; name: string; prompt?: string; key?: string });
  for (const [name, ids] of sent) {
    const heard = told
      .filter((one) => one.name === name && one.event === 'prompt')
      .flatMap(({ prompt = '' }) =>
        [...prompt.matchAll(/^\[mcc message (m-\w+) from /gm)].map(([, id]) => id),
      );
    for (const id of ids) {
      const times = heard.filter((one) => one === id).length;
      if (times !== 1) wrong.push(`${name} was told ${id} ${times} times`);
    }
    if (heard.filter((id) => ids.includes(id ?? '')).join() !== ids.join())
      wrong.push(`${name} was not told in the order of sending`);
  }
  const starts = told.filter(({ event }) => event === 'started').length;
  if (starts !== sent.size) wrong.push(`${starts} starts of ${sent.size} agents`);
}
