// A worker's part: take an assignment, do it in the worktree, commit, submit; mend what comes back.
import { recipeFor } from './recipes.mjs';

export async function receive(me, letter) {
  const { kind, task, from, body } = letter;
  if (kind === 'assignment' || kind === 'conflict') return work(me, task);
  if (kind === 'nudge') return goOn(me);
  if (kind === 'message' && from === 'architect') {
    await me.say(`The architect says: ${body}`);
    return goOn(me);
  }
  await me.say(`Good to know, ${from}.`);
}

/** Whatever is open for this agent, as the board has it. */
export async function goOn(me) {
  const open = (await me.look('task', 'list')).filter(
    (task) => task.agent === me.name && task.status === 'working',
  );
  if (open.length === 0) return me.say('Nothing is open for me.');
  for (const task of open) await work(me, task.id);
}

async function work(me, id) {
  const task = await me.look('task', 'show', id);
  if (task.agent !== me.name || task.status !== 'working')
    return me.say(`${id} is ${task.status}: nothing to do for me.`);
  const recipe = recipeFor(task);
  const finding = task.findings?.at(-1);
  if (finding) await me.say(`${id} came back: ${finding.text}`);
  else if (await committed(me, task)) return submit(me, task, recipe);
  else if (recipe.question && !me.knows(`asked about ${id}`)) return question(me, task, recipe);
  await me.think(finding ? 'Mending' : 'Writing', 1200);
  if (!finding) await me.say(recipe.opening);
  for (const [path, text] of Object.entries(recipe.files(finding ? 'mended' : 'first'))) {
    await me.write(path, text);
    await me.think('Writing', 500);
  }
  await me
    .bash('node --test', process.execPath, ['--test'])
    .catch(() => me.say('A test fails; I submit it so that the reviewer sees it.'));
  const measured = finding ? '' : await measure(me, recipe);
  await me.git('add', '-A');
  if ((await me.run('git', ['status', '--porcelain'])) !== '')
    await me.git('commit', '-qm', finding ? recipe.mended : recipe.subject);
  await submit(me, task, recipe, measured);
  if (recipe.note && !finding) await tell(me, recipe.note);
}

const committed = async (me, task) =>
  task.base !== undefined &&
  (await me.run('git', ['rev-list', '--count', `${task.base}..HEAD`])).trim() !== '0';

async function question(me, { id }, recipe) {
  await me.think('Reading the task', 900);
  await me.say(`${recipe.question} I ask the architect and go on when the answer is here.`);
  me.remember(`asked about ${id}`);
  await me.mcc('send', 'architect', recipe.question, '--task', id);
}

/** Something that needs a permission: with it there is a figure in the summary, without it the work goes on. */
async function measure(me, { benchmark }) {
  if (!benchmark) return '';
  const answer = await me.ask(benchmark.command, 'May I run the benchmark?');
  if (answer !== 'yes') {
    await me.say(
      answer === 'timeout' ? 'Nobody answered, so I go on without the benchmark.' : 'Fine, no benchmark.',
    );
    return '';
  }
  const output = await me
    .bash(benchmark.command, process.execPath, ['--input-type=module', '-e', benchmark.code])
    .catch(() => '');
  return output.trim();
}

async function submit(me, task, recipe, measured = '') {
  const summary = [recipe.summary, measured].filter(Boolean).join('; ');
  await me.mcc('task', 'submit', task.id, '--summary', summary);
  await me.say(`${task.id} is submitted.`);
}

async function tell(me, { to, text }) {
  await me.mcc('send', to, text).catch(() => {});
}
