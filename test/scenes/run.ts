import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playModel } from '../claude/model.ts';
import { Actor } from './actor.ts';
import { flaps, judgedStates } from './flaps.ts';
import { Project } from './project.ts';
import type { Played, Results } from './results.ts';
import type { Ground, HostName, Scene } from './scene.ts';
import { scenesOn } from './scenes/index.ts';

/**
 * `npm run test:scenes` plays every scene on the real CLI and writes results.json. By scripts/test-scenes.mjs, which installs
 * the CLI: `MCC_CLAUDE=… node test/scenes/run.ts [--host pty,tmux] [--only words] [--lanes 3] [--keep]`.
 */
const { values: options } = parseArgs({
  options: {
    host: { type: 'string', default: 'pty,tmux' },
    only: { type: 'string' },
    lanes: { type: 'string', default: '3' },
    /** writes nothing */
    dry: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const binary = process.env.MCC_CLAUDE ?? '';
const scenes = scenesOn(binary);
if (options.list) {
  for (const { name } of scenes) console.log(name);
  process.exit(0);
}
const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).split(' ')[0] ?? '';
const file = join(import.meta.dirname, 'results.json');
const wanted = options.only?.split(',').map((words) => words.trim().toLowerCase());
const numbered = scenes.map((scene, index) => ({ scene, agent: `s${String(index + 1).padStart(2, '0')}` }));
type Numbered = (typeof numbered)[number];

function chosen(ground: Ground): Numbered[] {
  return numbered.filter(
    ({ scene }) =>
      (scene.on?.(ground) ?? true) &&
      (!wanted || wanted.some((words) => scene.name.toLowerCase().includes(words))),
  );
}

/** One project with an agent a scene, so many scenes at a time. */
async function play(ground: Ground, cast: readonly Numbered[], lanes: number): Promise<Map<string, Played>> {
  const actors = new Map<string, Actor>();
  const told = (agent: string) => actors.get(agent)?.script;
  const nobody = { status: 404, type: 'not_found_error', message: 'no such scene' };
  const model = await playModel(
    (turn) => told(turn.at)?.(turn) ?? nobody,
    (turn) => actors.get(turn.at)?.errands(turn) ?? nobody,
  );
  const agents = Object.fromEntries(
    cast.map(({ scene, agent }) => [
      agent,
      {
        command: [binary],
        autostart: false,
        ...scene.spec,
        env: { ...(scene.spec?.env as object | undefined), ANTHROPIC_BASE_URL: `${model.url}/${agent}` },
      },
    ]),
  );
  const project = new Project(
    { host: ground.host, agents },
    {
      ANTHROPIC_API_KEY: 'sk-ant-fake-key-for-the-laboratory-0001',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
  );
  const played = new Map<string, Played>();
  try {
    for (const { scene, agent } of cast) scene.before?.(agent, project);
    await project.up();
    const waiting = [...cast];
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { scene, agent } = next;
        const actor = new Actor(agent, project);
        actors.set(agent, actor);
        const result = await once(actor, scene, ground);
        tell(ground, scene, result);
        played.set(scene.name, result);
        await project.command('agent', 'stop', agent).catch(() => {});
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    const left = await project.close();
    await model.close();
    for (const { scene } of cast) {
      const result = played.get(scene.name);
      if (result) result.left = left;
    }
    if (left.length > 0) console.log(`  left behind: ${left.join('\n    ')}`);
  }
  return played;
}

async function once(actor: Actor, scene: Scene, ground: Ground): Promise<Played> {
  const begin = Date.now();
  let error: string | undefined;
  try {
    await scene.play(actor, ground);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const { moments, checks, truths, project, name } = actor;
  const log = project.log();
  const wanted = log.find((event) => event.type === 'agent.wanted' && event.agent === name);
  const from = actor.from || (wanted?.seq ?? 1) - 1;
  const judged = judgedStates(log, name, from, Number.POSITIVE_INFINITY, Date.now());
  return {
    moments: moments.map(({ what, truth, judged: said, ms, ok }) => ({ what, truth, judged: said, ms, ok })),
    checks,
    flaps: error ? [] : flaps(truths, judged),
    seconds: Math.round((Date.now() - begin) / 100) / 10,
    ...(error === undefined ? {} : { error }),
  };
}

function tell(ground: Ground, scene: Scene, result: Played): void {
  const { moments, checks, flaps: flapped, error, seconds } = result;
  const wrong = moments.filter(({ ok }) => !ok);
  const failed = checks.filter(({ ok }) => !ok);
  const good = wrong.length + failed.length + flapped.length === 0 && !error;
  console.log(
    `${good ? '✓' : '✗'} ${ground.version} ${ground.host} ${scene.name}: ${moments.length - wrong.length}/${moments.length} right, ${flapped.length} flaps, ${seconds} s`,
  );
  for (const { what, truth, judged } of wrong) console.log(`    ${what}: ${truth}, but judged ${judged}`);
  for (const { what, found } of failed) console.log(`    not so: ${what}${found ? `: ${found}` : ''}`);
  for (const flap of flapped) console.log(`    ${flap}`);
  if (error) console.log(`    ${error.replaceAll('\n', '\n    ')}`);
}

const results: Results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { runs: {} };
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
let bad = 0;
for (const host of options.host.split(',') as HostName[]) {
  const ground: Ground = { version, host };
  const cast = chosen(ground);
  const shared = cast.filter(({ scene }) => !scene.alone);
  const runs: [Numbered[], number][] = [
    ...(shared.length > 0 ? [[shared, Number(options.lanes)] as [Numbered[], number]] : []),
    ...cast.filter(({ scene }) => scene.alone).map((one): [Numbered[], number] => [[one], 1]),
  ];
  for (const [part, lanes] of runs) {
    const played = await play(ground, part, lanes);
    const key = `${version} ${host}`;
    const run = results.runs[key] ?? { scenes: {} };
    results.runs[key] = run;
    for (const [name, result] of played) {
      const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
      run.scenes[name] = { ...result, at: new Date().toISOString(), commit, load };
      if (result.error || result.flaps.length > 0 || result.moments.some(({ ok }) => !ok)) bad += 1;
      else if (result.checks.some(({ ok }) => !ok) || (result.left?.length ?? 0) > 0) bad += 1;
    }
    if (!options.dry) writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  }
}
process.exit(bad > 0 ? 1 : 0);
