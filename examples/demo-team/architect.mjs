// The architect's part: plan, answer, review, approve, report. It looks at what is there rather than at what it remembers.

const plans = [
  {
    title: 'Parse durations such as 1h 30m',
    to: 'backend',
    files: 'src/parse.js,test/parse.test.js',
    text: 'export parseDuration(text) from src/parse.js: "1h 30m" gives milliseconds, anything else throws a RangeError. With tests.',
  },
  {
    title: 'Print durations the way people write them',
    to: 'frontend',
    files: 'src/format.js,test/format.test.js',
    text: 'export formatDuration(ms) from src/format.js: 5400000 gives "1h 30m". With tests, also for the odd cases.',
  },
  {
    title: 'Command `duration` and a README section',
    to: 'docs',
    files: 'bin/duration.js,src/index.js,README.md',
    text: 'export both functions from src/index.js, a command that prints a duration in seconds and in words, and a README section.',
    needs: [0, 1],
  },
];

export async function receive(me, letter) {
  const { kind, task } = letter;
  if (kind === 'assignment') return plan(me, task);
  if (kind === 'review') return review(me, task);
  if (kind === 'digest') return answer(me, task);
  if (kind === 'message') return reply(me, letter);
  if (kind === 'nudge') return goOn(me);
  await me.say(`Noted: ${letter.subject || letter.body.split('\n')[0]}`);
}

async function plan(me, id) {
  const request = await me.look('task', 'show', id);
  const children = (await childrenOf(me, id)).length;
  if (children > 0) return me.say(`${id} is split into ${children} tasks already; I wait for them.`);
  await me.think('Reading the repository', 700);
  await me.bash('git ls-files', 'git', ['ls-files']);
  await me.think('Planning', 900);
  if (!/duration/i.test(`${request.title} ${request.text}`)) return delegate(me, request);
  await me.say(
    'Reading and printing do not touch each other, so two agents can begin at once; the command builds on both.',
  );
  const ids = [];
  for (const { title, to, files, text, needs = [] } of plans) {
    const words = ['--to', to, '--parent', id, '--files', files, '--text', text];
    if (needs.length > 0) words.push('--needs', needs.map((at) => ids[at]).join(','));
    const known = new Set((await childrenOf(me, id)).map((child) => child.id));
    await me.mcc('task', 'add', title, ...words);
    ids.push((await childrenOf(me, id)).find((child) => !known.has(child.id))?.id);
  }
  await me.say(`Three tasks: ${ids.join(', ')}. I review each as it is submitted.`);
}

/** A request that the script does not know becomes one small task for whoever is free. */
async function delegate(me, request) {
  await me.say('That is outside my script, so I make one small task of it for whoever is free.');
  await me.mcc('task', 'add', request.title, '--parent', request.id, '--text', request.text);
}

const childrenOf = async (me, id) =>
  (await me.look('task', 'list', '--all')).filter((task) => task.parent === id);

async function reply(me, { id, from, task, body }) {
  await me.think('Considering', 700);
  const text = /round/i.test(body)
    ? 'Round to the nearest second; nobody writes milliseconds.'
    : 'Take the way that keeps the interface smallest, and say in the summary what you chose.';
  await me.say(`${from} asks about ${task ?? 'its work'}. ${text}`);
  await me.mcc('send', from, text, '--reply', id, ...(task ? ['--task', task] : []));
}

/** Looks at the diff itself: what prints durations must have thought of zero. */
async function review(me, id) {
  const found = await me.look('review', id);
  await me.think(`Reviewing ${id}`, 700);
  await me.mcc('review', id, '--stat');
  await me.think('Reading the diff', 900);
  const finding = flaw(found);
  if (finding) {
    await me.say(`Not yet. ${finding}`);
    return me.mcc('reject', id, '--reason', finding);
  }
  await me.say(`Small, tested, and it does what ${id} asks for.`);
  await me.mcc('approve', id, '--commit', found.commit.slice(0, 10));
}

function flaw({ diff, conflicts }) {
  if (conflicts.length > 0)
    return `It conflicts with the base branch in ${conflicts.join(', ')}: merge it and resolve that.`;
  if (/^\+export function formatDuration/m.test(diff) && !/^\+.*'0s'/m.test(diff))
    return 'formatDuration(0) gives an empty text: it must say 0s, with a test.';
  return null;
}

async function answer(me, id) {
  const children = await childrenOf(me, id);
  await me.think('Summing up', 900);
  const merged = children.filter((child) => child.status === 'merged').map((child) => child.title);
  const result =
    merged.length > 1
      ? `Done: ${merged.length} tasks are merged. parseDuration reads "1h 30m", formatDuration prints it, and node bin/duration.js does both.`
      : `Done: ${children.map((child) => `${child.title} (${child.status})`).join(', ') || 'nothing was needed'}.`;
  await me.say(result);
  await me.mcc('task', 'done', id, '--result', result);
}

/** After a restart or a nudge: do what is open, as the board has it. */
export async function goOn(me) {
  const tasks = await me.look('task', 'list', '--all');
  for (const task of tasks.filter((one) => one.status === 'submitted' && one.agent !== me.name))
    await review(me, task.id);
  for (const request of tasks.filter((one) => one.kind === 'request' && one.status === 'working')) {
    const children = tasks.filter((one) => one.parent === request.id);
    if (children.length === 0) await plan(me, request.id);
    else if (children.every((one) => ['merged', 'done', 'failed', 'cancelled'].includes(one.status)))
      await answer(me, request.id);
    else
      await me.say(
        `${request.id} waits for ${children
          .filter((one) => one.status !== 'merged')
          .map((one) => one.id)
          .join(', ')}.`,
      );
  }
}
