import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import type { LaunchInput } from '../../src/agents/define.ts';
import { messageText } from '../../src/agents/message.ts';
import { Lab, type Session, version } from './lab.ts';
import { playModel, type Script, say, use } from './model.ts';

/**
 * What mcc builds on in the real CLI, measured on the one that MCC_CLAUDE names: the launch recipe, typing, hooks,
 * delivery, permission and resume. The model is a script; everything else is real.
 */
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function begin(script: Script, change: { spec?: object; folder?: string } = {}) {
  const model = await playModel(script);
  const lab = await Lab.open(change.folder);
  open.push(model, lab);
  const input = lab.input({ base: model.url, ...(change.spec && { spec: change.spec }) });
  return { model, lab, input, session: await start(lab, input) };
}

/** Starts the CLI and waits for its own word that it is idle, with an empty composer on the screen. */
async function start(lab: Lab, input: LaunchInput): Promise<Session> {
  const session = lab.start(input);
  await lab.until('an idle session', () =>
    lab.sessionFiles(input).some((file) => claude.sessionFile?.(file)?.status === 'idle'),
  );
  await lab.until('an empty composer', () => claude.composer?.(session.rows()).state === 'empty');
  return session;
}

/** Types a text as the supervisor does: the pieces, then Enter once the screen shows what was typed and is quiet. */
async function submit(lab: Lab, session: Session, text: string) {
  session.write(claude.focus ?? '');
  await lab.until('an empty composer', () => claude.composer?.(session.rows()).state === 'empty');
  for (const { bytes, waitMs } of claude.typing?.(text) ?? []) {
    const before = session.drawn;
    session.write(bytes);
    await new Promise((done) => setTimeout(done, waitMs));
    await lab.until('the piece on the screen', () => session.drawn > before);
  }
  await lab.until('a draft', () => claude.composer?.(session.rows()).state === 'draft');
  await session.settled();
  session.write(claude.submit ?? '');
}

/** The transcript is written a moment after the hook: what is not in it yet is lost when the CLI is killed. */
const transcribed = (lab: Lab, text: string) =>
  lab.until(`${text} in the transcript`, () => {
    const path = lab.reports.at(-1)?.transcript ?? '';
    return existsSync(path) && readFileSync(path, 'utf8').includes(text);
  });

const turnsEnded = (lab: Lab) => lab.reports.filter((report) => report.turnEnded).length;

describe(`Claude Code ${version}`, () => {
  test('starts without a dialog and without typing, and says itself that it is idle', async () => {
    const { lab, model, input, session } = await begin(() => [say('Hello.')]);
    expect(session.has(/trust|API key|theme/i)).toBe(false);
    await lab.until('the start hook', () => lab.reports.some((report) => report.event === 'SessionStart'));
    expect(lab.reports[0]).toMatchObject({ status: 'idle', conversation: input.conversation });
    expect(JSON.parse(readFileSync(join(input.config, 'session-start.json'), 'utf8'))).toMatchObject({
      source: 'startup',
    });
    expect(model.requests.filter((request) => request.path.startsWith('/v1/messages'))).toEqual([]);
  });

  test('takes a typed message exactly, long and of several lines, and the hook proves which one it was', async () => {
    const { lab, model, session } = await begin(() => [say('Understood.')]);
    const body = `First line.\n\n${'A longer line with “quotes”, ümlauts and 🙂. '.repeat(30)}\nLast line, see @README.md`;
    const text = messageText({
      id: 'm-7',
      from: 'architect',
      kind: 'assignment',
      task: 't1',
      subject: 'Parser',
      body,
    });
    expect(text.length).toBeGreaterThan(1300);
    await submit(lab, session, text);
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    expect(lab.reports.find((report) => report.event === 'UserPromptSubmit')?.accepted).toEqual(['m-7']);
    expect(lab.bodies.find((hook) => hook.hook_event_name === 'UserPromptSubmit')?.prompt.trim()).toBe(
      text.trim(),
    );
    expect(model.turns[0]?.agent).toBe('backend');
    expect(model.turns[0]?.prompt).toContain('ümlauts and 🙂. A longer');
    await lab.until('the answer on the screen', () => session.has('Understood.'));
  });

  test('asks before it writes, waits for a key, and the tool then really writes the file', async () => {
    const { lab, input, session } = await begin(({ results }) =>
      results.length === 0
        ? [
            say('Writing.'),
            use('Write', {
              file_path: join(lab.root, 'worktrees/backend/a.txt'),
              content: 'made by claude\n',
            }),
          ]
        : [say('Written.')],
    );
    const file = join(input.worktree, 'a.txt');
    await submit(lab, session, 'please write');
    await lab.until('the dialog', () => session.has('Do you want to create a.txt?'));
    expect(claude.composer?.(session.rows()).state).toBe('absent');
    // The dialog is drawn by itself: the hook and the status file may come a moment after it.
    await lab.until('the hook', () => lab.reports.some((report) => report.needs === 'permission'));
    expect(lab.reports.find((report) => report.needs === 'permission')).toMatchObject({
      status: 'needs-you',
      tool: 'Write',
      argument: 'a.txt',
    });
    await lab.until(
      'the status file',
      () => claude.sessionFile?.(lab.sessionFiles(input)[0])?.status === 'needs-you',
    );
    expect(existsSync(file)).toBe(false);
    // Newer versions ignore keys for a moment after the dialog opened, lest one be meant for the composer.
    await session.settled(700);
    session.write('1');
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    expect(readFileSync(file, 'utf8')).toBe('made by claude\n');
    const events = lab.reports
      .map((report) => report.event)
      .filter((event) => !/Notification|SessionStart/.test(event));
    expect(events).toEqual(['UserPromptSubmit', 'PreToolUse', 'PermissionRequest', 'PostToolUse', 'Stop']);
  });

  test('a held permission request may be answered through the hook while the dialog is open', async () => {
    const { lab, input, session } = await begin(({ results }) =>
      results.length === 0
        ? [use('Bash', { command: 'touch by-hook', description: 'Make a file' })]
        : [say('Done.')],
    );
    let allow = (_: object) => {};
    const held = new Promise<object>((done) => (allow = done));
    lab.answer = (body) => (body.hook_event_name === 'PermissionRequest' ? held : {});
    await submit(lab, session, 'please touch');
    await lab.until('the dialog', () => session.has('Do you want to proceed?'));
    allow({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } } });
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    expect(existsSync(join(input.worktree, 'by-hook'))).toBe(true);
  });

  test('talks to mcc by tool and by command without asking, with its own token', async () => {
    const { lab, model, session } = await begin(({ results }) =>
      results.length === 0
        ? [
            use('mcp__mcc__send', { to: 'frontend' }),
            use('Bash', { command: 'mcc task list', description: 'List' }),
          ]
        : [say('Sent.')],
    );
    await submit(lab, session, 'please talk to mcc');
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    expect(model.turns[0]?.tools).toContain('mcp__mcc__send');
    expect(model.turns.at(-1)?.results.map((result) => result.text)).toEqual([
      'sent to frontend by backend lab-token',
      'mcc task list by backend lab-token',
    ]);
    expect(lab.reports.some((report) => report.event === 'PermissionRequest')).toBe(false);
  });

  test('takes the next message at the end of its turn, and the transcript proves it', async () => {
    const { lab, model, session } = await begin(({ prompt }) => [
      say(prompt.includes('m-8') ? 'Second.' : 'First.'),
    ]);
    const reason = messageText({ id: 'm-8', from: 'person', kind: 'note', body: 'One more thing.' });
    lab.answer = (body) =>
      body.hook_event_name === 'Stop' && body.stop_hook_active !== true ? { decision: 'block', reason } : {};
    await submit(lab, session, 'hello');
    await lab.until('the second stop', () => turnsEnded(lab) === 2);
    expect(model.turns.at(-1)?.prompt).toContain('[mcc message m-8 from person]\nOne more thing.');
    await transcribed(lab, '[mcc message m-8 from person]');
    expect(lab.reports.at(-1)?.said).toBe('Second.');
  });

  test('an unfocused session hides its cursor, and shows it when told that it has the keyboard', async () => {
    const { lab, session } = await begin(() => [say('Hello.')]);
    session.write('\x1b[O');
    await lab.until('no cursor', () => claude.composer?.(session.rows()).state === 'absent');
    session.write(claude.focus ?? '');
    await lab.until('a cursor', () => claude.composer?.(session.rows()).state === 'empty');
  });

  test('after /clear the new conversation is known, and resume goes on with it', async () => {
    const { lab, model, input, session } = await begin(() => [say('Hello.')]);
    session.write('/clear');
    await lab.until('the command', () => claude.composer?.(session.rows()).state === 'draft');
    await session.settled();
    session.write('\r');
    const cleared = await lab.until('the start hook', () =>
      lab.bodies.find((body) => body.source === 'clear'),
    );
    expect(cleared.session_id).not.toBe(input.conversation);
    expect(JSON.parse(readFileSync(join(input.config, 'session-start.json'), 'utf8')).session_id).toBe(
      cleared.session_id,
    );
    await lab.until('the new id in the session file', () =>
      lab.sessionFiles(input).some((file) => file.sessionId === cleared.session_id),
    );
    await submit(lab, session, 'remember the number 42');
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    await transcribed(lab, 'remember the number 42');
    // As after a crash of everything: no hook, a stale session file.
    session.kill();
    await session.exited;
    const next = await start(lab, { ...input, conversation: cleared.session_id, resume: true });
    await submit(lab, next, 'which number?');
    await lab.until('the end of the turn', () => turnsEnded(lab) === 2);
    expect(model.turns.at(-1)?.said.join()).toContain('remember the number 42');
    expect(model.turns.at(-1)?.session).toBe(cleared.session_id);
  });

  test('a conversation without a message cannot be resumed, nor its id be used again', async () => {
    const { lab, input, session } = await begin(() => [say('Hello.')]);
    session.kill();
    await session.exited;
    const line = `{"type":"mode","mode":"normal","sessionId":"${input.conversation}"}\n`;
    const folder = join(input.config, 'projects', input.worktree.replace(/[^A-Za-z0-9]/g, '-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${input.conversation}.jsonl`), line);
    expect(claude.isResumable?.(line)).toBe(false);
    expect((await lab.start({ ...input, resume: true }).exited).exitCode).toBe(1);
    expect((await lab.start(input).exited).exitCode).toBe(1);
    await start(lab, { ...input, conversation: '33333333-3333-4333-8333-333333333333' });
  });

  test('bypass mode starts without its warning, and asks nothing', async () => {
    const { lab, input, session } = await begin(
      ({ results }) =>
        results.length === 0 ? [use('Bash', { command: 'touch free', description: 'Make' })] : [say('Done.')],
      { spec: { permission_mode: 'bypassPermissions' } },
    );
    await submit(lab, session, 'go');
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    expect(existsSync(join(input.worktree, 'free'))).toBe(true);
  });

  test('works in a deep folder with blanks, quotes and umlauts, and leaves nothing behind elsewhere', async () => {
    const folder = `${'a rather long name '.repeat(4)}/it's "größer"`;
    const before = readdirSync('/tmp').filter((name) => /^(claude|cc-)/.test(name));
    const { lab, input, session } = await begin(
      ({ results }) =>
        results.length === 0 ? [use('Bash', { command: 'mcc status', description: 'Ask' })] : [say('Fine.')],
      { folder },
    );
    await submit(lab, session, 'hello');
    await lab.until('the end of the turn', () => turnsEnded(lab) === 1);
    expect(lab.reports.some((report) => report.event === 'SessionStart')).toBe(true);
    session.write('/exit');
    await lab.until('the command', () => claude.composer?.(session.rows()).state === 'draft');
    await session.settled();
    session.write('\r');
    expect((await session.exited).exitCode).toBe(0);
    expect(lab.reports.at(-1)).toMatchObject({ event: 'SessionEnd', status: 'exited' });
    expect(lab.sessionFiles(input)).toEqual([]);
    expect(readdirSync('/tmp').filter((name) => /^(claude|cc-)/.test(name))).toEqual(before);
    expect(execFileSync('git', ['-C', input.worktree, 'status', '--short'], { encoding: 'utf8' })).toBe('');
    // A log of each MCP server is the one thing it keeps in the user's cache.
    expect(readdirSync(lab.home).filter((name) => name !== '.cache')).toEqual([]);
  });
});
