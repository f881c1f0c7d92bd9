import type { Survey } from './survey.ts';

type Role = { name: string; folders: string[]; description: string; persona: string };

/** Which folders speak for which agent; the first three that apply join the team. */
const roles: Role[] = [
  {
    name: 'frontend',
    folders: ['web', 'frontend', 'ui', 'client', 'webapp', 'www', 'components', 'pages', 'mobile'],
    description: 'user interface: components, pages, styles',
    persona: 'You build the user interface. You care for accessibility and for small components with tests.',
  },
  {
    name: 'backend',
    folders: ['api', 'server', 'backend', 'services', 'service', 'cmd', 'internal', 'functions'],
    description: 'server side: API, services, jobs',
    persona:
      'You build the server side. You keep interfaces small, validate input at the edge and test error paths.',
  },
  {
    name: 'database',
    folders: ['db', 'database', 'migrations', 'prisma', 'schema', 'sql'],
    description: 'data: schema, migrations, queries',
    persona:
      'You own the data. Each migration can be undone; each query is explained before it is made faster.',
  },
  {
    name: 'ai',
    folders: ['ml', 'ai', 'models', 'notebooks', 'prompts', 'training'],
    description: 'models, prompts and their evaluation',
    persona: 'You build what learns and infers. You measure before and after each change.',
  },
  {
    name: 'tester',
    folders: ['test', 'tests', 'spec', 'e2e', '__tests__', 'cypress', 'playwright'],
    description: 'tests: missing cases, flaky cases, end to end',
    persona: 'You write the tests that would have caught the bug. Each fails first, for the right reason.',
  },
  {
    name: 'devops',
    folders: [
      'infra',
      'deploy',
      'terraform',
      'k8s',
      'kubernetes',
      'docker',
      'ansible',
      'ops',
      'helm',
      'charts',
    ],
    description: 'build, delivery and operation',
    persona: 'You own build and delivery. What you automate can be run twice without harm.',
  },
  {
    name: 'writer',
    folders: ['docs', 'doc', 'documentation'],
    description: 'documentation that a newcomer can follow',
    persona: 'You write for a reader who is new here. Each example was run before it was written down.',
  },
];

const developer: Role = {
  name: 'developer',
  folders: ['src', 'lib', 'app', 'pkg', 'crates', 'source', 'sources', 'packages', 'apps', 'modules'],
  description: 'features and fixes',
  persona: 'You build features and fix bugs in small commits, each with the test that shows it works.',
};

/** The folders of a repository that belong to an agent of this role, in their own order. */
const foldersOf = (role: Role, folders: readonly string[]) =>
  folders.filter((path) => role.folders.includes((path.split('/').at(-1) ?? '').toLowerCase()));

/** Two or three agents who fit the folders: those with folders of their own first, filled up by a developer and a tester. */
function teamFor(folders: readonly string[]): { role: Role; folders: string[] }[] {
  const fitting = roles
    .map((role) => ({ role, folders: foldersOf(role, folders) }))
    .filter((one) => one.folders.length > 0);
  const source = { role: developer, folders: foldersOf(developer, folders) };
  const builds = fitting.some(({ role }) => ['frontend', 'backend', 'database', 'ai'].includes(role.name));
  const team = (builds ? fitting : [source, ...fitting]).slice(0, 3);
  if (team.length < 2 && builds) team.push(source);
  const tester = roles.find((role) => role.name === 'tester');
  if (team.length < 2 && tester) team.push({ role: tester, folders: [] });
  return team;
}

/** A text as YAML: plain where that is safe, else in double quotes, which JSON and YAML share. */
const quoted = (text: string) =>
  /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);

const list = (texts: readonly string[]) => `[${texts.map(quoted).join(', ')}]`;

/** Tools a working agent may use without asking: its own commits, and the tests that the gate runs as well. */
const allowed = (survey: Survey) => [
  ...['git add', 'git commit', 'git status', 'git diff', 'git log'].map((words) => `Bash(${words}:*)`),
  ...(survey.tests[0] ? [`Bash(${survey.tests[0].inner}:*)`] : []),
];

/**
 * The agents.yaml that `mcc init` writes: valid as it is, every further key shown as a comment with its default.
 * @param schema path of the JSON Schema for editors, relative to the file
 */
export function renderTeam(survey: Survey, schema: string): string {
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '#',
    '# The team that `mcc up` starts. `mcc check` validates this file, `mcc help` explains the commands.',
    ...(survey.claude ? [] : missingClaude),
    '',
    ...baseLines(survey),
    'architect: architect    # plans, reviews and approves; the merge queue does the merging',
    '',
    'agents:',
    ...agentLines('architect', survey, {
      description: 'plans the work, splits it into tasks, reviews and approves',
      persona:
        'You plan and review; you leave the writing of code to the others. Ask for small branches with tests.',
      tools: ['Bash(git log:*)', 'Bash(git diff:*)', 'Bash(git show:*)'],
    }),
    ...moreKeys,
    ...teamFor(survey.folders).flatMap(({ role, folders }) => [
      '',
      ...agentLines(role.name, survey, { ...role, folders, mode: 'acceptEdits', tools: allowed(survey) }),
    ]),
    '',
    ...mergeLines(survey),
    '',
    ...hostLines(survey),
    ...rest,
  ];
  return `${lines.join('\n')}\n`;
}

const missingClaude = [
  '#',
  '# Claude Code was not found on your PATH. Install it with `npm install -g @anthropic-ai/claude-code`, run `claude`',
  '# once to log in, and take away the # before `kind: claude` below; or let an agent be another program:',
  '#   kind: command',
  '#   command: [codex]',
];

function baseLines({ base, branch }: Survey): string[] {
  if (base === undefined)
    return [
      '# base: main            # branch that finished work is merged into; default: the one you are on',
    ];
  const on = branch && branch !== base ? `; you are on ${branch} now` : '';
  return [
    `base: ${quoted(base)}${' '.repeat(Math.max(1, 18 - quoted(base).length))}# branch that finished work is merged into${on}`,
  ];
}

type Draft = { description: string; persona: string; folders?: string[]; mode?: string; tools: string[] };

function agentLines(name: string, survey: Survey, draft: Draft): string[] {
  const folders = draft.folders ?? [];
  return [
    `  ${name}:`,
    `    ${survey.claude ? '' : '# '}kind: claude`,
    `    description: ${quoted(draft.description)}`,
    `    persona: ${quoted(draft.persona)}`,
    ...(draft.mode ? [`    permission_mode: ${draft.mode}`] : []),
    ...(folders.length > 0 ? [`    directories: ${list(folders)}`] : []),
    ...(draft.mode && survey.languages.length > 0 ? [`    languages: ${list(survey.languages)}`] : []),
    '    allowed_tools:      # used without asking, beside reading and mcc itself',
    ...draft.tools.map((tool) => `      - ${quoted(tool)}`),
  ];
}

/** The keys of an agent that a first team does without. */
const moreKeys = [
  '    # model: opus               # default: the one your claude uses',
  '    # permission_mode: default  # default, acceptEdits, plan, dontAsk or bypassPermissions',
  '    # restricted_tools: [WebFetch]',
  '    # frameworks: [React]',
  '    # mcp_servers:              # as in .mcp.json',
  '    #   github: {command: npx, args: [-y, "@modelcontextprotocol/server-github"]}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how the file spells it
  '    # env: {LOG_LEVEL: debug}   # ${NAME} takes your own NAME',
  '    # pass_env: [GITHUB_TOKEN]  # your own variables that the session may see',
  '    # args: []                  # further arguments for the CLI',
  '    # command: [claude]         # the program in place of `claude`',
  '    # autostart: true           # start with `mcc up`',
];

function mergeLines({ tests }: Survey): string[] {
  const [first, ...others] = tests;
  const gate = (run: string) => [`    - name: tests`, `      run: ${quoted(run)}`];
  return [
    'merge:',
    '  auto: true            # merge what is approved without being asked',
    ...(first
      ? [
          `  gates:                # must exit 0 on the merged result, in a clean checkout (${first.why})`,
          ...gate(first.run),
        ]
      : [
          '  # gates:              # must exit 0 on the merged result, in a clean checkout',
          ...gate('make test').map((line) => line.replace(/^ {4}/, '  #   ')),
        ]),
    '  #     timeout: 600    # seconds',
    ...others.map(({ run, why }) => `  # also found: ${run} (${why})`),
    '  # message: "Merge {task}: {title}"',
  ];
}

const hostLines = ({ tmux }: Survey): string[] =>
  tmux === undefined
    ? [
        '# host: tmux              # with tmux 3.2 or newer agents live on when mcc crashes; pty, the default, needs nothing',
      ]
    : [
        `host: tmux                # agents live in a tmux of their own and go on when mcc crashes; pty needs no tmux (found ${tmux})`,
        '',
      ];

const rest = [
  '# worktrees: worktrees    # folder of the worktrees, relative to the repository',
  '# worktree: {copy: [.env], link: [node_modules], setup: [npm ci], ports: 2} # what a new one gets first',
  '# limits: {memory: 4GB, cpu: 200%, processes: 40} # of each agent with all that it starts',
  '# max_running: 4          # sessions at once; the others wait for a place',
  '# memory_floor: 2GB       # free memory below which no session starts',
  '# suspend_after: 2        # minutes after which an idle agent makes room for one that waits',
  '# layout: team            # layout of the screen, a name from layouts/',
  '# theme: auto             # dark, light, high-contrast or none; auto is as the background of your terminal',
  '# ascii: true             # draw with ASCII alone',
  '# notify: [notify-send, mcc]    # run for each thing that comes to need you, told in the last argument',
  '# keys:',
  '#   leader: ctrl-space    # key that opens the command layer',
  '#   bind: {g: "merge"}    # key after the leader: command in words',
  '# scrollback: 10000       # lines of history a pane keeps',
];
