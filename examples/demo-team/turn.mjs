// What an agent can do within one turn: speak, think, use tools. Everything real is really done; only the words are scripted.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { style } from './text.mjs';

/** Every delay is multiplied by this: 1 is a pace to follow by eye. */
export const speed = Number(process.env.MCC_DEMO_SPEED ?? 1) || 1;

/** How long a permission is waited for before the agent goes on without it. */
const permissionMs = 10_000;

export class Interrupted extends Error {}

export class Turn {
  #abort = new AbortController();
  /** what was said last */
  said = '';

  constructor(session, screen) {
    this.session = session;
    this.screen = screen;
    this.name = session.name;
  }

  interrupt() {
    this.#abort.abort();
  }

  get interrupted() {
    return this.#abort.signal.aborted;
  }

  #check() {
    if (this.interrupted) throw new Interrupted();
  }

  async pause(ms) {
    await sleep(ms * speed, undefined, { signal: this.#abort.signal }).catch(() => {});
    this.#check();
  }

  async think(word, ms = 900) {
    this.screen.work(word);
    await this.pause(ms);
  }

  /** Says a text word by word, as a model streams it. */
  async say(text) {
    const item = { lead: '● ', text: '', paint: style.plain, leadPaint: style.plain };
    this.screen.streaming = item;
    for (const word of text.split(/(?<=\s)/)) {
      item.text += word;
      this.screen.draw();
      await this.pause(28).finally(() => {
        if (this.interrupted) this.screen.streaming = null;
      });
    }
    this.screen.streaming = null;
    this.screen.print(text, item);
    this.screen.print('');
    this.said = text;
  }

  /**
   * Uses a tool: told to the hooks before and after, shown in the transcript.
   * @param work does it and returns its output; the shown part is its first rows
   */
  async tool(tool_name, tool_input, title, work) {
    const use = { tool_name, tool_input, tool_use_id: `toolu_demo_${Date.now().toString(36)}` };
    await this.session.fire('PreToolUse', use);
    this.#check();
    this.screen.print(`${tool_name}(${title})`, { lead: '● ', leadPaint: style.green });
    try {
      const output = await work();
      await this.session.fire('PostToolUse', { ...use, tool_response: { stdout: output } });
      this.#show(output);
      return output;
    } catch (error) {
      if (this.interrupted) throw new Interrupted();
      await this.session.fire('PostToolUseFailure', { ...use, error: error.message });
      this.#show(error.message, style.red);
      throw error;
    } finally {
      await this.pause(250);
    }
  }

  #show(output, paint = style.dim) {
    const lines = output.trimEnd().split('\n');
    const shown = lines.length > 8 ? [...lines.slice(0, 7), `… +${lines.length - 7} lines`] : lines;
    this.screen.print(shown.join('\n') || '(no output)', { lead: '  ⎿  ', leadPaint: style.dim, paint });
    this.screen.print('');
  }

  /** A program, run in the worktree; its output, or an Error with what it said. */
  run(file, args) {
    return new Promise((done, failed) => {
      execFile(file, args, { signal: this.#abort.signal, maxBuffer: 8e6 }, (error, stdout, stderr) => {
        if (error) failed(new Error((stderr || stdout || error.message).trim()));
        else done(stdout);
      });
    });
  }

  bash(command, file, args) {
    return this.tool('Bash', { command }, command, () => this.run(file, args));
  }

  git(...args) {
    return this.bash(`git ${quoted(args)}`, 'git', args);
  }

  /** A command of mcc, shown; the text that it answers. */
  mcc(...args) {
    return this.bash(`mcc ${quoted(args)}`, 'mcc', args);
  }

  /** What mcc knows, read without a word on the screen. */
  async look(...args) {
    return JSON.parse(await this.run('mcc', [...args, '--json']));
  }

  write(path, text) {
    return this.tool('Write', { file_path: path, content: text }, path, async () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      const lines = text.trimEnd().split('\n');
      return `Wrote ${lines.length} lines\n${lines.map((line) => `+ ${line}`).join('\n')}`;
    });
  }

  /**
   * Asks for a permission: a dialog on the screen and a hook that may answer it; whichever answers first counts.
   * @returns 'yes', 'no', or 'timeout' when nobody answered
   */
  async ask(command, question) {
    const { session, screen } = this;
    const abort = new AbortController();
    const end = Date.now() + permissionMs * speed;
    const timer = setInterval(() => screen.draw(), 500);
    const decision = new Promise((done) => {
      const footer = () =>
        `1/y allows, 2/n refuses · goes on without it in ${Math.max(0, Math.ceil((end - Date.now()) / 1000))} s`;
      screen.dialog = {
        title: 'Bash command',
        detail: command,
        question,
        options: ['Yes', 'No'],
        chosen: 0,
        footer,
        answer: done,
      };
      this.#abort.signal.addEventListener('abort', () => done('no'), { once: true });
      sleep(permissionMs * speed, undefined, { signal: abort.signal }).then(
        () => done('timeout'),
        () => {},
      );
      session
        .fire(
          'PermissionRequest',
          { tool_name: 'Bash', tool_input: { command }, permission_suggestions: [] },
          abort.signal,
        )
        .then((answer) => {
          const behaviour = answer.hookSpecificOutput?.decision?.behavior;
          if (behaviour) done(behaviour === 'allow' ? 'yes' : 'no');
        });
    });
    session.status('waiting', 'permission prompt');
    screen.draw();
    const answer = await decision;
    abort.abort();
    clearInterval(timer);
    screen.dialog = null;
    session.status('busy');
    screen.draw();
    this.#check();
    return answer;
  }

  /** Something to know in later turns, also after a restart. */
  remember(fact) {
    this.session.write('note', fact);
  }

  knows(fact) {
    return this.session.history().some(({ type, text }) => type === 'note' && text === fact);
  }
}

const quoted = (args) =>
  args.map((word) => (/^[\w./:=,-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
