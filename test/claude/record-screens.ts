import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Lab, type Session, version } from './lab.ts';
import { type ApiError, type Content, playModel, say, use } from './model.ts';

/**
 * Records the screens that the rules of agents/claude-rules.ts read, with their titles, off the installed CLI:
 * `MCC_CLAUDE=… node test/claude/record-screens.ts [scene …]` writes
 * test/fixtures/claude-screens/<version>/<state>.<cols>x<rows>.ansi.
 */
const folder = join(import.meta.dirname, '../fixtures/claude-screens', version);
const chosen = process.argv.slice(2);
if (chosen.length === 0) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

let release = () => {};
const held = () => new Promise<void>((done) => (release = done));
const error = (status: number, type: string, message: string, headers = {}): ApiError => ({
  status,
  type,
  message,
  headers,
});
const options = (...labels: string[]) => labels.map((label) => ({ label, description: `take ${label}` }));
const quote = [
  'A dialog of mine looks like this:',
  '',
  '```',
  ' Bash command',
  '   rm -rf /',
  ' Do you want to proceed?',
  ' ❯ 1. Yes',
  '   2. No',
  ' Esc to cancel · Tab to amend',
  '```',
  '✻ Thinking… (esc to interrupt)',
  'You have hit your limit · resets 3pm',
].join('\n');

const scenes: Record<string, (prompt: string) => Content[] | ApiError | Promise<Content[] | ApiError>> = {
  // Older versions edit only what was read.
  edit: () => [
    use('Read', { file_path: inTree('app.txt') }),
    use('Edit', { file_path: inTree('app.txt'), old_string: 'one', new_string: 'two' }),
  ],
  fetch: () => [use('WebFetch', { url: 'https://example.org/', prompt: 'what is it' })],
  bash: () => [
    use('Bash', {
      command:
        'for i in 1 2 3; do\n  touch "made $i"\ndone && echo "a long command that goes on and on, until it needs two rows"',
      description: 'Make files',
    }),
  ],
  // Newer versions read the plan from a file that the CLI names.
  plan: () => {
    const path = /\/[^\s"`\\]*\/plans\/[\w-]+\.md/.exec(JSON.stringify(model.requests.at(-1)?.body))?.[0];
    const plan = '# Plan\n\n1. Read\n2. Write\n';
    return [
      ...(path ? [use('Write', { file_path: path, content: plan })] : []),
      use('ExitPlanMode', { plan }),
    ];
  },
  ask: () => [
    use('AskUserQuestion', {
      questions: [
        {
          question: 'Which database?',
          header: 'Database',
          multiSelect: false,
          options: options('SQLite', 'Postgres'),
        },
        {
          question: 'Which features?',
          header: 'Features',
          multiSelect: true,
          options: options('Search', 'Sync'),
        },
      ],
    }),
  ],
  slow: async () => {
    await held();
    return [say('At last.')];
  },
  overloaded: () => error(529, 'overloaded_error', 'Overloaded'),
  limit: () =>
    error(429, 'rate_limit_error', 'This request would exceed your account limit', {
      'x-should-retry': 'false',
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': '1893456000',
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    }),
  login: () => error(401, 'authentication_error', 'invalid x-api-key', { 'x-should-retry': 'false' }),
  broken: () => error(400, 'invalid_request_error', 'a bad request'),
  credit: () =>
    error(400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API'),
  quote: () => [say(quote)],
  running: () => [use('Bash', { command: "node -e 'setTimeout(() => {}, 30000)'", description: 'Wait' })],
  shell: () => [use('Bash', { command: 'sleep 300', description: 'Serve', run_in_background: true })],
  agents: () => [
    use('Agent', { description: 'Look around', prompt: '@slow', subagent_type: 'general-purpose' }),
  ],
};

const model = await playModel(async ({ prompt, results }) => {
  const scene = [...prompt.matchAll(/@(\w+)/g)].at(-1)?.[1] ?? '';
  const play = scenes[scene];
  if (!play) return [say('Hello.')];
  return results.length > 0 && scene !== 'slow' ? [say('Finished.')] : play(prompt);
});
let lab = await Lab.open();
let input = lab.input({ base: model.url });
const inTree = (name: string) => join(lab.root, 'worktrees/backend', name);
let session: Session;
let size = { cols: 100, rows: 30 };
let count = 0;

const fileStatus = () => {
  const file = lab.sessionFiles(input).at(-1);
  return file ? `${file.status}${file.waitingFor ? `: ${file.waitingFor}` : ''}` : 'none';
};
const save = async (state: string) => {
  // What moves all the time is as good at any moment.
  await Promise.race([session.settled(400), new Promise((done) => setTimeout(done, 4_000))]);
  writeFileSync(join(folder, `${state}.${size.cols}x${size.rows}.ansi`), session.picture());
  console.log(`== ${state}  [title ${session.title}] [file ${fileStatus()}]`);
  console.log(`${session.text().join('\n').replace(/\n\n+/g, '\n')}\n`);
};
const narrow = async (state: string) => {
  for (const [cols, rows] of [
    [58, 20],
    [36, 16],
  ] as const) {
    size = { cols, rows };
    session.resize(cols, rows);
    await save(state);
  }
  size = { cols: 100, rows: 30 };
  session.resize(size.cols, size.rows);
};
const status = (...words: string[]) =>
  lab.until(`status ${words}`, () => words.includes(lab.sessionFiles(input).at(-1)?.status), 30_000);
const start = async (change: object = {}) => {
  count += 1;
  session = lab.start(
    { ...input, conversation: `3333333${count}-1111-4111-8111-111111111111`, ...change },
    size,
  );
};
const ask = async (words: string) => {
  // A word after it, since 2.1.197 takes Enter after `@…` for a choice of file.
  const text = words.startsWith('@') ? `${words} please` : words;
  // A turn that was stopped early puts its prompt back into the composer.
  session.write('\x15');
  await session.settled();
  session.write(text);
  await lab.until('the text', () => session.has(text));
  await session.settled();
  session.write('\r');
};
const quit = async () => {
  session.kill();
  await session.exited;
};

const takes: Record<string, () => Promise<void>> = {
  dialogs: async () => {
    await start();
    await status('idle');
    for (const [scene, sign] of [
      ['edit', 'Do you want'],
      ['fetch', 'Do you want'],
      ['bash', 'Do you want'],
    ] as const) {
      await ask(`@${scene}`);
      await lab.until('the dialog', () => session.has(sign));
      await save(`permission-${scene}`);
      await narrow(`permission-${scene}`);
      session.write('\x1b');
      await status('idle');
    }
    await save('refused');
    await ask('@ask');
    await lab.until('the question', () => session.has('Postgres'));
    await save('questions');
    await narrow('questions');
    session.write('\r');
    await lab.until('the next', () => session.has('Which features?') && session.has('Sync'));
    await save('questions-second');
    session.write('\x1b');
    await status('idle');
    await quit();
  },
  plan: async () => {
    await start({ spec: { ...input.spec, permission_mode: 'plan' } });
    await status('idle');
    await save('plan-mode');
    await ask('@plan');
    await lab.until('the plan', () => session.has(/Would you like to proceed|1\. Yes/));
    await save('plan');
    await narrow('plan');
    await quit();
  },
  work: async () => {
    await start();
    await status('idle');
    await ask('@slow');
    await status('busy');
    await save('waiting-for-model');
    session.write('\x1b');
    await status('idle');
    await save('interrupted');
    await ask('@running');
    await lab.until('the tool', () => session.has('30000'));
    await save('tool-runs');
    await narrow('tool-runs');
    session.write('\x1b');
    await status('idle');
    await save('tool-interrupted');
    await ask('@quote');
    await lab.until('the answer', () => session.has('resets 3pm'));
    await status('idle');
    await save('quoted-dialog');
    await narrow('quoted-dialog');
    await ask('@shell');
    await status('shell', 'idle');
    await lab.until('the end', () => session.has('Finished.'));
    console.log(JSON.stringify(lab.bodies.at(-1)));
    await save('background-shell');
    await narrow('background-shell');
    await quit();
  },
  agents: async () => {
    await start();
    await status('idle');
    await ask('@agents');
    await lab.until('the agent', () => session.has('Look around'));
    await save('subagent');
    await new Promise((done) => setTimeout(done, 2_000));
    await save('subagent-later');
    await narrow('subagent-later');
    release();
    await status('idle');
    await save('subagent-done');
    await quit();
  },
  errors: async () => {
    await start();
    await status('idle');
    await ask('@overloaded');
    await lab.until('the retry', () => session.has(/[Rr]etry/));
    await save('api-retry');
    await narrow('api-retry');
    session.write('\x1b');
    await status('idle');
    lab.bodies.length = 0;
    for (const scene of ['limit', 'login', 'broken', 'credit']) {
      await ask(`@${scene}`);
      await lab
        .until('the error', () => lab.bodies.at(-1)?.hook_event_name === 'StopFailure')
        .catch(console.log);
      console.log(JSON.stringify(lab.bodies.at(-1)));
      await session.settled(300);
      lab.bodies.length = 0;
      await status('idle');
      await save(`error-${scene}`);
    }
    await quit();
  },
  commands: async () => {
    await start();
    await status('idle');
    await ask('hello');
    await lab.until('the answer', () => session.has('Hello.'));
    await status('idle');
    for (const command of [
      '/resume',
      '/permissions',
      '/login',
      '/config',
      '/mcp',
      '/help',
      '/hooks',
      '/theme',
      '/memory',
    ]) {
      await ask(command);
      await save(`command${command.replace('/', '-')}`);
      session.write('\x1b');
      await session.settled(300);
      if (session.has(/Esc to /i)) session.write('\x1b');
      await session.settled(300);
    }
    await ask('/compact');
    await lab
      .until('the end', () => lab.bodies.some((body) => body.hook_event_name === 'PostCompact'))
      .catch(console.log);
    await save('compacted');
    await ask('/clear');
    await lab
      .until('the new one', () => lab.bodies.some((body) => body.reason === 'clear'))
      .catch(console.log);
    await save('cleared');
    await quit();
  },
  first: async () => {
    const bare = (name: string, seed: object, change: object = {}) => {
      const config = join(input.folder, name);
      mkdirSync(config, { recursive: true });
      const path = join(config, '.claude.json');
      if (!existsSync(path)) writeFileSync(path, JSON.stringify(seed));
      return start({ config, ...change });
    };
    await bare('trust', { hasCompletedOnboarding: true });
    await lab.until('a dialog', () => session.has(/trust/i));
    await save('trust');
    await narrow('trust');
    await quit();
    const trusted = {
      hasCompletedOnboarding: true,
      projects: { [lab.root]: { hasTrustDialogAccepted: true } },
    };
    await bare('key', trusted);
    await lab.until('a dialog', () => session.has(/API key/i));
    await save('api-key');
    await narrow('api-key');
    await quit();
    const approved = {
      ...trusted,
      customApiKeyResponses: { approved: [input.environment.ANTHROPIC_API_KEY?.slice(-20)], rejected: [] },
    };
    mkdirSync(dirname(inTree('.mcp.json')), { recursive: true });
    writeFileSync(inTree('.mcp.json'), '{"mcpServers":{"toy":{"command":"true"}}}');
    const asking = { ...input.spec, args: ['--settings', '{"permissions":{"allow":"wrong"}}'] };
    await bare('settings', approved, { spec: asking });
    await session.settled(2500);
    await save('settings-error');
    await quit();
    rmSync(inTree('.mcp.json'));
    writeFileSync(join(input.folder, 'corrupt.json'), '');
    await bare('corrupt', {});
    await quit();
    writeFileSync(join(input.folder, 'corrupt', '.claude.json'), '{"broken');
    await bare('corrupt', {});
    await session.settled(2500);
    await save('corrupt-config');
    await quit();
  },
};
for (const [name, take] of Object.entries(takes)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(`######## ${name}`);
  await lab.close();
  lab = await Lab.open();
  input = lab.input({ base: model.url, spec: { allowed_tools: ['Bash(sleep:*)', 'Bash(node:*)'] } });
  writeFileSync(inTree('app.txt'), 'zero\none\nthree\n');
  size = { cols: 100, rows: 30 };
  await take().catch((problem: unknown) => console.log('FAILED', String(problem).slice(0, 3000)));
  release();
}
await lab.close();
await model.close();
