import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { folder, scripted, Team } from './team.ts';

const pair = () =>
  new Team({ agents: { lead: scripted(), ann: scripted(), bob: scripted() }, architect: 'lead' });

/** Has an agent run a command; what that printed. */
async function ran(team: Team, agent: string, command: string): Promise<string> {
  const before = team.told('ran', agent).length;
  await team.send(agent, `@@sh ${command}`);
  const done = await team.until(`${agent} ran ${command}`, () => team.told('ran', agent)[before]);
  return done.output ?? '';
}

test('an agent speaks for itself by its token, and for nobody else, whatever it does with its environment', async () => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  const mcc = join(team.root, '.mcc/sessions/ann/bin/mcc');
  const wrapper = `'${mcc}'`;
  expect(await ran(team, 'ann', 'mcc agent stop bob')).toContain('ann may not `agent stop`');
  expect(await ran(team, 'ann', 'mcc task add mine')).toContain('ann may not `task add`');
  const posing = 'this call comes from the session of ann, but without its token';
  expect(await ran(team, 'ann', 'env -u MCC_TOKEN mcc agent stop bob')).toContain(posing);
  expect(await ran(team, 'ann', `env -i ${wrapper} agent stop bob`)).toContain(posing);
  expect(await ran(team, 'ann', `env -i setsid -w ${wrapper} agent stop bob`)).toContain(posing);
  // Left alone by its parents, but for the mark in its environment.
  const alone = `(setsid sh -c 'sleep 0.2; env -u MCC_TOKEN ${mcc.replaceAll(' ', '\\ ').replaceAll('$', '\\$')} agent stop bob > alone.txt 2>&1; echo >> alone.txt' &) ; while ! [ -s alone.txt ]; do sleep 0.02; done; cat alone.txt; rm alone.txt`;
  expect(await ran(team, 'ann', alone)).toContain(posing);
  expect(await ran(team, 'ann', `env MCC_TOKEN=${team.token('lead')} mcc agent stop bob`)).toContain(
    'this call comes from the session of ann, but with the token of lead',
  );
  expect(await ran(team, 'ann', 'env MCC_TOKEN=guessed mcc status')).toContain(
    'belongs to no running session',
  );
  expect(team.state.agents.bob?.wanted).toBe(true);
});

test('nobody approves the own work, and no agent but the architect any', async () => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  for (const agent of ['ann', 'lead']) {
    const id = (await team.command('task', 'add', 'work', '--to', agent)).split(' ')[0] ?? '';
    await team.until(`${id} is under way`, ({ tasks }) => tasks[id]?.status === 'working');
    await team.until('it has its task', () => team.receipt(`assign-${id}-1`) === 'accepted');
    await team.idle(agent);
    const commit = team.commit(agent, { [`${agent}.txt`]: '' });
    expect(await ran(team, agent, `mcc task submit ${id}`)).toContain('submitted');
    const approve = `mcc approve ${id} --commit ${commit}`;
    expect(await ran(team, agent, approve)).toMatch(/is your own work|ann may not `approve`/);
    expect(await ran(team, 'bob', approve)).toContain('bob may not `approve`');
    expect(team.state.tasks[id]?.status).toBe('submitted');
  }
});

test('no agent follows, watches or types into a terminal: the connection ends', async () => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  for (const frame of [
    { type: 'follow' },
    { type: 'watch', agent: 'bob' },
    { type: 'input', agent: 'bob' },
  ] as const) {
    const client = await team.connect({ token: team.token('ann') });
    const reason = new Promise((resolve) => client.onClose(resolve));
    client.send(frame, Buffer.from('x\r'));
    expect(await reason).toBe('an agent has no access to screens and terminals');
  }
  expect(team.told('prompt', 'bob')).toEqual([]);
});

test('a token is good as long as its session', async () => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  const token = team.token('ann');
  await team.command('agent', 'restart', 'ann');
  await team.until('it started again', () => team.told('started', 'ann').length === 2);
  await team.idle('ann');
  await expect(team.connect({ token })).rejects.toThrow('belongs to no running session');
  expect(team.token('ann')).not.toBe(token);
});

/** `mcc mcp` as a session starts it, and the client of the SDK. */
async function tools(team: Team, agent: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const env = { ...team.env, MCC_ROOT: team.root, MCC_AGENT: agent, MCC_TOKEN: team.token(agent) };
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(team.home, 'bin/mcc'), 'mcp'],
      env,
      cwd: team.root,
      stderr: 'inherit',
    }),
  );
  onTestFinished(() => client.close());
  return client;
}

test('the commands of an agent are tools over MCP, and who may call them is decided by its token', async () => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  const ann = await tools(team, 'ann');
  const { tools: list } = await ann.listTools();
  const names = list.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['send', 'inbox', 'status', 'task_add', 'task_submit', 'approve', 'review']),
  );
  expect(names).not.toEqual(expect.arrayContaining(['down']));
  expect(list.find(({ name }) => name === 'approve')?.description).toContain('(architect only)');
  const call = async (client: Client, name: string, args: Record<string, unknown>) => {
    const { content, isError } = await client.callTool({ name, arguments: args });
    return { text: (content as { text: string }[])[0]?.text, isError };
  };
  expect(await call(ann, 'send', { agent: 'bob', text: '--not a flag' })).toMatchObject({
    text: expect.stringContaining('queued for bob'),
    isError: false,
  });
  expect(await call(ann, 'task_add', { title: 'mine' })).toMatchObject({
    text: expect.stringContaining('hint:'),
    isError: true,
  });
  const lead = await tools(team, 'lead');
  expect(
    await call(lead, 'task_add', { title: 'x', to: 'bob', files: ['a.txt', 'b.txt'], priority: 'high' }),
  ).toMatchObject({
    text: 't1 added',
    isError: false,
  });
  expect(team.state.tasks.t1).toMatchObject({
    by: 'agent:lead',
    files: ['a.txt', 'b.txt'],
    priority: 'high',
  });
  expect(await call(lead, 'no_such_tool', {})).toMatchObject({ isError: true });
  await team.command('down', '--force');
  await team.ended;
  expect(await call(lead, 'status', {})).toMatchObject({
    text: expect.stringContaining('no supervisor runs'),
    isError: true,
  });
});

test('the person may call from anywhere else, with or without an environment', async () => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  const args = ['-i', process.execPath, join(team.home, 'bin/mcc'), 'agent', 'stop', 'bob'];
  const { stdout } = await promisify(execFile)('env', args, { cwd: team.root });
  expect(stdout).toBe('bob stops\n');
});

test('a caller that hangs on nothing is the person, and the log says that it was a detached process', async ({
  skip,
}) => {
  const team = await pair().serve();
  await team.idle('lead', 'ann', 'bob');
  const quoted = [process.execPath, join(team.home, 'bin/mcc')].map((word) => `'${word}'`).join(' ');
  const out = join(folder(), 'out');
  const go = join(folder(), 'go');
  // Its parent has ended before it begins, so that it hangs on the first process, or on whoever takes such ones in.
  const script = `(while ! [ -e '${go}' ]; do sleep 0.02; done; exec env -i ${quoted} agent stop bob) > '${out}' 2>&1 &`;
  execFileSync('setsid', ['-w', 'sh', '-c', script], { cwd: team.root, stdio: 'ignore' });
  writeFileSync(go, '');
  await team.until('bob was stopped', ({ agents }) => agents.bob?.wanted === false);
  const said = team.events.find(({ type }) => type === 'agent.unwanted');
  expect(said?.by).toBe('person');
  if (!/detached/.test(said?.cause ?? '')) return skip('orphans go to another process than 1 here');
  expect(said?.cause).toMatch(/^agent stop bob \(detached process \d+\)$/);
  await team.command('agent', 'start', 'bob');
  expect(team.events.findLast(({ type }) => type === 'agent.wanted')?.cause).toBe('agent start bob');
});
