// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how agents.yaml spells a variable
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/config-error.ts';
import { loadTeam, parseTeam } from '../../src/io/config.ts';

const env = { HOME: '/home/me', API_KEY: 'hunter2-secret' };
const team = (text: string) => parseTeam(text, 'agents.yaml', env);

/** What a person reads about a text that is no team. */
function said(text: string): string {
  try {
    team(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a team', () => {
  test('needs no more than the names of its agents', () => {
    const { agents, base, merge, worktrees } = team('agents:\n  backend:\n  frontend: {}\n');
    expect(Object.keys(agents)).toEqual(['backend', 'frontend']);
    expect(agents.backend).toMatchObject({
      kind: 'claude',
      permission_mode: 'default',
      autostart: true,
      env: {},
    });
    expect({ base, worktrees, auto: merge.auto }).toEqual({
      base: undefined,
      worktrees: 'worktrees',
      auto: true,
    });
  });

  test('may leave a key without a value: the default counts', () => {
    const { agents, merge } = team('agents:\n  backend:\n    model:\n    env:\nmerge:\n  gates:\nkeys:\n');
    expect(agents.backend?.env).toEqual({});
    expect(merge.gates).toEqual([]);
  });

  test('may use anchors, aliases and merge keys', () => {
    const { agents } = team(
      'agents:\n  a: &same\n    model: opus\n    languages: [Go]\n  b:\n    <<: *same\n    model: haiku\n  c: *same\n',
    );
    expect(agents.b).toMatchObject({ model: 'haiku', languages: ['Go'] });
    expect(agents.c?.model).toBe('opus');
  });

  test('takes values of its environment from the person who starts it', () => {
    const { agents } = team(
      'agents:\n  a:\n    env: {KEY: "k-${API_KEY}", LITERAL: "$${API_KEY}", PRICE: "5$"}\n',
    );
    expect(agents.a?.env).toEqual({ KEY: 'k-hunter2-secret', LITERAL: '${API_KEY}', PRICE: '5$' });
  });
});

describe('a mistake is named with its place, what was expected and what was probably meant', () => {
  test.each([
    [
      'agents:\n  a:\n    permision_mode: plan\n',
      'agents.yaml:3:5: agents.a: unknown key `permision_mode` (did you mean `permission_mode`?)',
    ],
    ['agent:\n  a:\n', 'agents.yaml:1:1: unknown key `agent` (did you mean `agents`?)'],
    ['agents:\n  a:\n    zzz: 1\n', 'agents.yaml:3:5: agents.a: unknown key `zzz` (known: kind, command,'],
    [
      'agents:\n  a:\n    kind: cluade\n',
      'agents.yaml:3:11: agents.a.kind: expected one of claude, codex, gemini, opencode, aider, shell, command; found "cluade" (did you mean `claude`?)',
    ],
    ['agents:\n  a:\n    permission_mode: AcceptEdits\n', '(did you mean `acceptEdits`?)'],
    [
      'agents:\n  a:\n    allowed_tools: Bash\n',
      'agents.yaml:3:20: agents.a.allowed_tools: expected a list of texts; found "Bash"',
    ],
    [
      'agents:\n  a:\n    autostart: yes\n',
      'agents.yaml:3:16: agents.a.autostart: expected true or false; found "yes"',
    ],
    [
      'agents:\n  a:\n    env: {PORT: 3000}\n',
      'agents.yaml:3:17: agents.a.env.PORT: expected text; found a number (put it in quotes)',
    ],
    [
      'agents:\n  a:\n    env: {a-b: x}\n',
      'agents.yaml:3:11: agents.a.env.a-b: expected the name of an environment variable',
    ],
    ['agents:\n  - a\n', 'agents.yaml:2:3: agents: expected a mapping; found a list'],
    [
      'agents:\n  A b: {}\n',
      'agents.yaml:2:3: agents.A b: expected a name of lower-case letters, digits and dashes',
    ],
    ['agents: {}\n', 'agents.yaml:1:9: agents: expected at least one agent, found none'],
    ['base: main\n', 'agents.yaml:1:1: missing key `agents`: expected a mapping'],
    [
      'agents: {a: }\nbase: "--force"\n',
      'agents.yaml:2:7: base: expected the name of a branch, such as main; found "--force"',
    ],
    ['agents: {a: }\nbase: a..b\n', 'expected the name of a branch'],
    [
      'agents: {a: {kind: command, command: [""]}}\n',
      'agents.a.command.0: expected text that is not empty; found empty text',
    ],
    ['agents: {a: }\nversion: 2\n', 'agents.yaml:2:10: version: expected 1; found the number 2'],
    [
      'agents: {a: }\nscrollback: -1\n',
      'agents.yaml:2:13: scrollback: expected a whole number from 0 to 1000000; found the number -1',
    ],
    ['agents: {a: }\nscrollback: 1.5\n', 'expected a whole number from 0 to 1000000; found the number 1.5'],
    [
      'agents: {a: }\nmerge:\n  gates:\n    - name: t\n',
      'agents.yaml:4:7: merge.gates.0: missing key `run`: expected text that is not empty or a list of texts, at least 1',
    ],
    [
      'agents: {a: }\nmerge:\n  gates:\n    - {name: t, run: 3}\n',
      'merge.gates.0.run: expected text that is not empty or a list of texts, at least 1; found the number 3',
    ],
    [
      'agents: {a: }\nmerge:\n  gates:\n    - {name: t, run: x, timeout: -5}\n',
      'merge.gates.0.timeout: expected a whole number above 0; found the number -5',
    ],
    [
      'agents: {a: }\nmerge:\n  gates: [{name: t, run: x}, {name: t, run: y}]\n',
      'agents.yaml:3:37: merge.gates.1.name: there is already a gate `t`',
    ],
    ['agents: {a: {kind: command}}\n', 'agents.yaml:1:10: agents.a: kind `command` needs `command:`'],
    [
      'agents: {a: {directories: [src, ../other]}}\n',
      'agents.yaml:1:33: agents.a.directories.1: expected a folder inside the repository',
    ],
    ['agents: {a: {directories: [/etc]}}\n', 'expected a folder inside the repository'],
    [
      'agents: {a: }\nworktree: {copy: [.env, ../secrets]}\n',
      'agents.yaml:2:25: worktree.copy.1: expected a file or folder inside the repository, outside .git, .mcc, worktrees',
    ],
    [
      'agents: {a: {worktree: {link: [worktrees/b/node_modules]}}}\n',
      'agents.a.worktree.link.0: expected a file or folder inside the repository',
    ],
    ['agents: {a: {worktree: {copy: [.git/config]}}}\n', 'expected a file or folder inside the repository'],
    ['agents: {a: {worktree: {ports: [web-port]}}}\n', 'worktree.ports'],
    ['agents: {a: {limits: {memory: lots}}}\n', 'an amount of memory such as 4GB or 512MB'],
    ['agents: {a: }\nlimits: {cpu: 2}\n', 'agents.yaml:2:15: limits.cpu: expected text'],
    ['agents: {a: }\nmemory_floor: 2\n', 'memory_floor: expected text'],
    ['agents: {a: {env: {MCC_PORT: "80"}}}\n', 'this variable is set by mcc itself'],
    ['agents: {a: }\nworktrees: .git/x\n', 'agents.yaml:2:12: worktrees: expected a folder of its own'],
    ['agents: {a: }\nworktrees: .\n', 'worktrees: expected a folder of its own'],
    ['agents: {person: }\n', 'agents.yaml:1:10: agents.person: the name `person` is taken by mcc itself'],
    ['agents: {constructor: }\n', 'the name `constructor` is taken by mcc itself'],
    ['agents: {a: {env: {MCC_TOKEN: x}}}\n', 'agents.a.env.MCC_TOKEN: this variable is set by mcc itself'],
    [
      'agents: {a: , b: }\narchitect: lead\n',
      'agents.yaml:2:12: architect: there is no agent `lead` (agents: a, b)',
    ],
    [
      'agents: {architect: , b: }\narchitect: architcet\n',
      'there is no agent `architcet` (did you mean `architect`?)',
    ],
    ['agents: {a: }\narchitect: a\n', 'agents.yaml:2:12: architect: `a` is the only agent'],
    [
      'agents: {a: {env: {K: "${NOPE}"}}}\n',
      'agents.yaml:1:23: agents.a.env.K: your environment has no variable NOPE',
    ],
    [
      'agents: {a: {mcp_servers: {s: {env: {T: "${API_KEY}"}}}}}\n',
      'agents.a.mcp_servers.s: the session will not know ${API_KEY}: add API_KEY to pass_env',
    ],
    ['agents:\n  a:\n  a:\n', 'agents.yaml:3:3: duplicate key a: keep one of them'],
    ['agents:\n\ta: {}\n', 'a tab in the indentation: YAML wants spaces'],
    ['agents: {a: *nobody}\n', 'agents.yaml:1:13: `*nobody` names no anchor'],
    ['agents: {a: !!js/function x}\n', 'agents.yaml:1:13: Unresolved tag'],
    ['agents: {a: }\n---\nagents: {b: }\n', 'agents.yaml:2:1: a second document starts here'],
    ['agents: {a: \n', 'agents.yaml:1:13: Flow map'],
    ['', 'agents.yaml:1:1: this file is empty: expected `agents:`, a mapping of the team'],
    ['# nothing yet\n', 'this file is empty'],
    ['hello\n', 'agents.yaml:1:1: expected a mapping; found "hello"'],
  ])('%j', (text, expected) => expect(said(text)).toContain(expected));

  test('all of them at once, in the order of the file, and no more than ten', () => {
    const lines = said(
      `agents:\n  a: {kind: 3, mode: y}\nscrollback: no\n${Array.from({ length: 12 }, (_, i) => `key${i}: 1`).join('\n')}`,
    ).split('\n');
    expect(lines.slice(0, 3).map((line) => line.split(': ')[0])).toEqual([
      'agents.yaml:2:13',
      'agents.yaml:2:16',
      'agents.yaml:3:13',
    ]);
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('agents.yaml: and 5 more');
  });

  test('without ever repeating what may be a secret', () => {
    const text = said(
      'agents:\n  a:\n    env: [hunter2-secret]\n    args: hunter2-secret\n    mcp_servers: {s: hunter2-secret}\n    model: {x: 1}\n',
    );
    expect(text.split('\n')).toHaveLength(4);
    expect(text).not.toContain('hunter2');
  });

  test('also where anchors multiply or bite their own tail', () => {
    const laughs = `a: &a [x]\n${'bcdefghij'
      .split('')
      .map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
      .join('\n')}\n`;
    expect(said(laughs)).toContain('agents.yaml:1:1: Excessive alias count');
    expect(said('agents: &x {a: {mcp_servers: {s: *x}}}\n')).toContain(
      'agents.yaml:1:34: `*x` stands inside its own anchor',
    );
  });
});

describe('the older form with `services:`', () => {
  test('is read into the same team', () => {
    const { agents, architect } = team(
      'architect:\n  persona: plans\n  model: opus\nservices:\n  Frontend_UI:\n    languages: [TypeScript]\n    frameworks: [React]\n    directories: [web]\n    restricted_tools: [WebFetch]\n  backend:\n',
    );
    expect(architect).toBe('architect');
    expect(Object.keys(agents)).toEqual(['frontend-ui', 'backend', 'architect']);
    expect(agents.architect).toMatchObject({ persona: 'plans', model: 'opus' });
    expect(agents['frontend-ui']).toMatchObject({ frameworks: ['React'], restricted_tools: ['WebFetch'] });
  });

  test('may name its architect, and list its services', () => {
    expect(team('architect: Lead\nservices:\n  - name: lead\n  - name: api\n    model: x\n')).toMatchObject({
      architect: 'lead',
      agents: { api: { model: 'x' } },
    });
  });

  test.each([
    ['services:\n  api:\n    kind: cluade\n', 'agents.yaml:3:11: services.api.kind: expected one of'],
    [
      'services:\n  - name: api\n    kindd: x\n',
      'agents.yaml:3:5: services.0: unknown key `kindd` (did you mean `kind`?)',
    ],
    [
      'services: {a: , b: }\narchitect: {modle: x}\n',
      'agents.yaml:2:13: architect: unknown key `modle` (did you mean `model`?)',
    ],
    ['services: {a: }\nagents: {b: }\n', 'agents.yaml:1:1: both `services:` and `agents:` are given'],
    [
      'services: {my api: , my-api: }\n',
      'agents.yaml:1:22: my-api and my api are the same agent name, my-api',
    ],
    ['services: 3\n', 'agents.yaml:1:11: services: expected a mapping; found the number 3'],
  ])('says where it is wrong: %j', (text, expected) => expect(said(text)).toContain(expected));
});

describe('the file', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mcc ünï-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const write = (name: string, text: string | Uint8Array = 'agents: {a: }\n') =>
    writeFileSync(join(root, name), text);
  const problem = () =>
    loadTeam(root, env).then(
      () => 'accepted',
      (error: ConfigError) => `${error.message} | ${error.hint}`,
    );

  test('is agents.yaml or multi-agent.yaml, and which of them is told', async () => {
    write('multi-agent.yaml', '\uFEFFservices: {api: }\n');
    expect(await loadTeam(root, env)).toMatchObject({
      file: join(root, 'multi-agent.yaml'),
      team: { agents: { api: {} } },
    });
    write('agents.yaml');
    expect(await problem()).toContain('agents.yaml and multi-agent.yaml are both here');
    rmSync(join(root, 'multi-agent.yaml'));
    expect((await loadTeam(root, env)).file).toBe(join(root, 'agents.yaml'));
  });

  test('that is missing leads to `mcc init`', async () => {
    expect(await problem()).toContain('there is no such file: this project has no team yet | mcc init');
  });

  test('with the other ending is renamed by a command that can be pasted', async () => {
    write('agents.yml');
    expect(await problem()).toMatch(
      /agents\.yml: the file must be called agents\.yaml \| mv .*agents\.yml.* .*agents\.yaml/,
    );
  });

  test.each([
    [
      'in Latin-1',
      () => write('agents.yaml', Buffer.from('agents:\n  a: {persona: na\xefve}\n', 'latin1')),
      ':2:18: this is not UTF-8 text: save',
    ],
    [
      'in UTF-16',
      () => write('agents.yaml', Buffer.from('\uFEFFagents: {a: }\n', 'utf16le')),
      ':1:1: this is not UTF-8 text but UTF-16',
    ],
    ['that is a folder', () => mkdirSync(join(root, 'agents.yaml')), 'this is a folder, expected a file'],
    [
      'that is a pipe',
      () => execFileSync('mkfifo', [join(root, 'agents.yaml')]),
      'this is not a regular file',
    ],
    [
      'that is far too large',
      () => write('agents.yaml', Buffer.alloc(3 * 1024 * 1024, 35)),
      'this is 3 MB, expected at most 1 MB',
    ],
    [
      'behind a dangling link',
      () => symlinkSync(join(root, 'gone'), join(root, 'agents.yaml')),
      'there is no such file',
    ],
  ])('%s is refused in words', async (_, make, expected) => {
    make();
    expect(await problem()).toContain(expected);
  });
});
