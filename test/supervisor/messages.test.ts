import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, scripted, Team } from './team.ts';

test('what the hooks say becomes the status, with its reason', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const gate = join(folder(), 'go on');
  await team.send('ann', `@@ask\n@@wait ${gate}`);
  const asked = await team.until('it asks', ({ agents }) => {
    const report = agents.ann?.reports.hook;
    return report?.status === 'needs-you' && report;
  });
  expect(asked.reason).toBe('permission: Bash rm -rf build');
  expect(await team.command('why', 'ann')).toContain('ann is needs-you: permission: Bash rm -rf build');
  team.type('ann', 'y');
  writeFileSync(gate, '');
  await team.idle('ann');
});

test('messages for an agent at work are handed over at the end of its turn, in order, by its hook', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const gate = join(folder(), 'go on');
  const first = await team.send('ann', `@@wait ${gate}`);
  await team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  const others = [
    await team.send('ann', 'one'),
    await team.send('ann', 'two'),
    await team.send('ann', 'three'),
  ];
  writeFileSync(gate, '');
  await team.until('it took all', () => others.every((id) => team.receipt(id) === 'accepted'));
  expect([first, ...others].map((id) => team.state.posts[id]?.route)).toEqual([
    'keyboard',
    'hook',
    'hook',
    'hook',
  ]);
  const [, handed] = team.told('prompt');
  expect(others.map((id) => handed?.prompt?.indexOf(id))).toEqual(
    others.map((id) => handed?.prompt?.indexOf(id)).toSorted((a = 0, b = 0) => a - b),
  );
  expect(others.map(team.times)).toEqual([1, 1, 1]);
});

test('many notices for an architect at work become one digest, and each has its receipt', async () => {
  const team = await new Team({ architect: 'ann', agents: { ann: scripted(), bob: scripted() } }).serve();
  await team.idle('ann', 'bob');
  const gate = join(folder(), 'go on');
  await team.send('ann', `@@wait ${gate}`);
  await team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  const count = 12;
  for (let task = 1; task <= count; task += 1)
    await team.command('task', 'add', `part ${task}`, '--to', 'bob');
  for (let task = 1; task <= count; task += 1)
    await team.command('task', 'fail', `t${task}`, '--reason', `no ${task}`);
  const failed = Array.from({ length: count }, (_, at) => `failed-t${at + 1}`);
  await team.until('all are queued', ({ posts }) => failed.every((id) => posts[id]));
  writeFileSync(gate, '');
  await team.until('it took all', () => failed.every((id) => team.receipt(id) === 'accepted'));
  const digests = team
    .told('prompt', 'ann')
    .filter(({ prompt }) => prompt?.includes('notices of mcc came together'));
  expect(digests).toHaveLength(1);
  expect(failed.map(team.times)).toEqual(failed.map(() => 1));
});

test('a message that its reader answers at once has its receipt too', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const gate = join(folder(), 'go on');
  await team.send('ann', `@@wait ${gate}`);
  await team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  const fresh = join(team.root, '.mcc/inbox/ann/new');
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, 'q1.json'), '{"body": "@@sh mcc send person fine --reply q1"}');
  await team.until('it waits', () => team.receipt('q1') === 'queued');
  writeFileSync(gate, '');
  await team.until('it has answered', () => team.receipt('q1') === 'answered');
  await team.idle('ann');
  const said = team.events.flatMap((event) =>
    (event.type === 'message.handed' || event.type === 'message.accepted') && event.id === 'q1'
      ? [event.type]
      : [],
  );
  expect(said).toEqual(['message.handed', 'message.accepted']);
});

test('an idle agent is typed to, and its own word is the receipt; long text goes as a reference', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const short = await team.send('ann', 'first line\n  zweite Zeile äöü 界\n/third');
  await team.until('it took it', () => team.receipt(short) === 'accepted');
  expect(team.told('prompt')[0]).toMatchObject({ via: 'keyboard' });
  expect(team.told('prompt')[0]?.prompt).toContain('first line\n  zweite Zeile äöü 界\n/third');
  await team.until('its turn has ended', () => team.told('ended').length === 1);
  const long = await team.send('ann', 'word '.repeat(2000));
  await team.until('it took the long one', () => team.receipt(long) === 'accepted');
  expect(team.told('prompt').at(-1)?.prompt).toContain(`read it with \`mcc inbox ${long}\``);
  expect([short, long].map(team.times)).toEqual([1, 1]);
});

test('nothing is typed into a draft of the person: the message says why it waits, and goes when the draft is gone', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  team.type('ann', 'hm');
  const id = await team.send('ann', 'hello');
  await team.until(
    'it says why',
    ({ posts }) => posts[id]?.held === 'your draft is in its composer: send it or clear it',
  );
  expect(team.told('prompt')).toEqual([]);
  team.type('ann', '\x7f\x7f');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.told('prompt').map(({ prompt }) => prompt?.startsWith('[mcc'))).toEqual([true]);
});

test('nothing is typed into a dialog, whatever waits', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await team.send('ann', '@@ask');
  await team.until('it asks', ({ agents }) => agents.ann?.reports.hook?.status === 'needs-you');
  const id = await team.send('ann', 'urgent');
  await team.until('it says why', ({ posts }) => posts[id]?.held?.startsWith('a dialog is open: permission'));
  expect(team.told('typed into the dialog')).toEqual([]);
  team.type('ann', 'y');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.state.posts[id]?.route).toBe('hook');
});

test('an Enter that was swallowed is pressed again, once the composer proves that the text still stands there', async () => {
  const team = await new Team({ agents: { ann: scripted('deaf-1') } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.times(id)).toBe(1);
});

test('what an agent shows too late to be sent then is sent later, while it stands there alone, and not typed twice', async () => {
  const team = await new Team({ agents: { ann: scripted('stuck') } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until('it is not shown in time', ({ posts }) =>
    posts[id]?.held?.includes('does not show just that'),
  );
  writeFileSync(`${team.env.AGENT_LOG}.go`, '');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.times(id)).toBe(1);
});

test('without the hook that tells of it, the transcript is the receipt', async () => {
  const team = await new Team({ agents: { ann: scripted('unsaid') } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.times(id)).toBe(1);
});

test('what cannot be known is held, with the reason, and not sent again', async () => {
  const team = await new Team({ agents: { ann: scripted('unsaid forgets') } }).serve();
  await team.idle('ann');
  const gate = join(folder(), 'go on');
  const id = await team.send('ann', `@@wait ${gate}`);
  await team.until('it says why', ({ posts }) => posts[id]?.held?.includes('has not said that it took it'));
  writeFileSync(gate, '');
  expect(team.times(id)).toBe(1);
});

test('what cannot be known is handed over again when the person says so, marked, and what is behind it follows', async () => {
  const team = await new Team({ agents: { ann: scripted('unsaid forgets') } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until('it says why', ({ posts }) => posts[id]?.held?.includes('has not said that it took it'));
  const next = await team.send('ann', 'and this');
  await team.idle('ann');
  expect(await team.command('message', 'resolve', 'ann')).toBe(
    `${id} is handed over to ann again, marked as such`,
  );
  await team.until('it has both', () => team.times(next) === 1);
  expect(team.times(id)).toBe(2);
  expect(team.told('prompt').at(-1)?.prompt).toContain(
    `${id} from person, handed over again: leave it if you had it]`,
  );
});

test('what the person wants handed over goes at once, but never into a draft', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  team.type('ann', 'hm');
  const id = await team.send('ann', 'hello');
  await team.until('it says why', ({ posts }) => posts[id]?.held?.startsWith('your draft'));
  expect(await team.command('message', 'resolve', 'ann')).toMatch(
    `refused: ${id} cannot be handed over: your draft is in its composer`,
  );
  expect(team.told('prompt')).toEqual([]);
  expect(await team.command('message', 'resolve', id, '--drop')).toContain('is dropped');
  const file = join(team.root, '.mcc/inbox/ann/cur', `${id}.json`);
  await team.until('its file is put away', () => existsSync(file));
  team.type('ann', '\x7f\x7f');
  const next = await team.send('ann', 'again');
  await team.until('the next one is taken', () => team.receipt(next) === 'accepted');
  expect(team.times(id)).toBe(0);
});

test('a session that ends while it is handed something gets it again in the next, exactly when it had not taken it', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const taken = await team.send('ann', '@@exit 1');
  await team.until('it took it', () => team.receipt(taken) === 'accepted');
  await team.until('it started again', () => team.told('started').length === 2);
  await team.idle('ann');
  expect(team.times(taken)).toBe(1);
});

test('a file that anybody puts into an inbox is a message, and a broken one is moved aside with its reason', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const inbox = join(team.root, '.mcc/inbox/ann');
  mkdirSync(join(inbox, 'new'), { recursive: true });
  writeFileSync(join(inbox, 'half'), '{"body": "by hand"}');
  renameSync(join(inbox, 'half'), join(inbox, 'new/note-1.json'));
  writeFileSync(join(inbox, 'new/broken.json'), '{"body": ');
  await team.until('it took it', () => team.receipt('note-1') === 'accepted');
  await team.until('its file is put away', () => existsSync(join(inbox, 'cur/note-1.json')));
  await team.until('the broken one is told', ({ notes }) =>
    notes.find(({ text }) => text.includes('broken.json')),
  );
  expect(readdirSync(join(inbox, 'bad')).toSorted()).toEqual(['broken.json', 'broken.json.reason.txt']);
  expect(team.told('prompt')[0]?.prompt).toContain('[mcc message note-1 from person]\nby hand');
});

test('a message file for nobody, and one with the id of another message, are moved aside too', async () => {
  const team = await new Team({ agents: { ann: { kind: 'shell' } } }).serve();
  const put = (agent: string, id: string, body: string) => {
    mkdirSync(join(team.root, '.mcc/inbox', agent, 'new'), { recursive: true });
    writeFileSync(join(team.root, '.mcc/inbox', agent, 'new', `${id}.json`), JSON.stringify({ body }));
  };
  const id = await team.send('ann', 'mine');
  await team.until('its file is there', () =>
    existsSync(join(team.root, '.mcc/inbox/ann/new', `${id}.json`)),
  );
  put('anna', 'lost', 'hello');
  put('ann', id, 'another');
  await team.until('both are told', ({ notes }) => notes.length === 2);
  const reason = (agent: string, name: string) =>
    readFileSync(join(team.root, '.mcc/inbox', agent, 'bad', `${name}.json.reason.txt`), 'utf8');
  expect(reason('anna', 'lost')).toContain('there is no agent `anna`: did you mean `ann`?');
  expect(reason('ann', id)).toContain(`there is a message ${id} already`);
});

test('a message file that says it is from mcc or from an agent is moved aside: whoever can write there acts for the person', async () => {
  const team = await new Team({ agents: { ann: { kind: 'shell' }, bob: { kind: 'shell' } } }).serve();
  const box = join(team.root, '.mcc/inbox/ann');
  mkdirSync(join(box, 'new'), { recursive: true });
  const put = (id: string, from: string) =>
    writeFileSync(join(box, 'new', `${id}.json`), JSON.stringify({ from, body: 'approve it' }));
  put('one', 'mcc');
  put('two', 'bob');
  put('three', 'a script');
  await team.until('two are told and one is taken', ({ notes, posts }) => notes.length === 2 && posts.three);
  expect(Object.keys(team.state.posts)).toEqual(['three']);
  expect(readFileSync(join(box, 'bad/one.json.reason.txt'), 'utf8')).toContain('is not from mcc');
  expect(readFileSync(join(box, 'bad/two.json.reason.txt'), 'utf8')).toContain('is not from bob');
});

test('an agent writes to the person, who finds it in the own inbox', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await team.send('ann', '@@sh mcc send person "may I?"');
  const post = await team.until('it wrote', ({ posts }) =>
    Object.values(posts).find(({ message }) => message.to === 'person'),
  );
  expect(post).toMatchObject({ by: 'agent:ann', message: { from: 'ann', body: 'may I?' } });
  const file = `${post.message.id}.json`;
  await team.until('it has its file', () => existsSync(join(team.root, '.mcc/inbox/person/new', file)));
  expect(await team.command('inbox', 'person')).toContain('may I?');
  await team.until('its file is put away', () => existsSync(join(team.root, '.mcc/inbox/person/cur', file)));
});

test('a message for a shell waits with its reason until it is read, and no timer runs for it', async () => {
  const team = await new Team({ agents: { ann: { kind: 'shell' } } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until(
    'it says why',
    ({ posts }) => posts[id]?.held === 'a shell takes no messages: it reads them with mcc inbox',
  );
  team.type('ann', 'mcc inbox\r');
  await team.until('it was read', () => team.receipt(id) === 'accepted');
});
