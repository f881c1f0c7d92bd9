// What a session shows to its supervisor: flags in, hooks, a status file and a transcript out, as Claude Code does it.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

const withoutValue = new Set(['--strict-mcp-config']);

/** `--flag value` pairs; the last one wins, what is no flag is left out. */
export function readFlags(argv) {
  const flags = {};
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at];
    if (!word.startsWith('--')) continue;
    flags[word.slice(2)] = withoutValue.has(word) ? 'true' : argv[++at];
  }
  return flags;
}

export class Session {
  constructor(argv, env = process.env) {
    const flags = readFlags(argv);
    this.name = flags.name ?? env.MCC_AGENT ?? 'agent';
    this.resumed = flags.resume !== undefined;
    this.id = flags.resume ?? flags['session-id'] ?? randomUUID();
    this.mode = flags['permission-mode'] ?? 'default';
    this.hooks = flags.settings ? (JSON.parse(readFileSync(flags.settings, 'utf8')).hooks ?? {}) : {};
    this.config = env.CLAUDE_CONFIG_DIR ?? join(homedir(), '.mcc-demo');
    const folder = join(this.config, 'projects', process.cwd().replace(/[^A-Za-z0-9]/g, '-'));
    this.transcript = join(folder, `${this.id}.jsonl`);
    this.statusFile = join(this.config, 'sessions', `${process.pid}.json`);
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(this.config, 'sessions'), { recursive: true });
  }

  /** Everything said in this conversation so far, oldest first. */
  history() {
    if (!existsSync(this.transcript)) return [];
    return readFileSync(this.transcript, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          const { type, message } = JSON.parse(line);
          return [{ type, text: message.content }];
        } catch {
          return [];
        }
      });
  }

  write(type, text) {
    const line = {
      type,
      message: { role: type, content: text },
      sessionId: this.id,
      timestamp: new Date().toISOString(),
    };
    appendFileSync(this.transcript, `${JSON.stringify(line)}\n`);
  }

  /** @param status one of `idle`, `busy`, `waiting`, the words of the real CLI */
  status(status, waitingFor) {
    const file = {
      pid: process.pid,
      sessionId: this.id,
      cwd: process.cwd(),
      name: this.name,
      version: 'demo',
      procStart: processStart(),
      status,
      statusUpdatedAt: Date.now(),
      ...(waitingFor && { waitingFor }),
    };
    writeFileSync(`${this.statusFile}.new`, JSON.stringify(file));
    renameSync(`${this.statusFile}.new`, this.statusFile);
  }

  forget() {
    rmSync(this.statusFile, { force: true });
  }

  /** Runs the hooks of an event; returns the first answer that says something. A hook that fails lets us go on. */
  async fire(event, fields = {}, signal) {
    const body = JSON.stringify({
      session_id: this.id,
      transcript_path: this.transcript,
      cwd: process.cwd(),
      permission_mode: this.mode,
      hook_event_name: event,
      ...fields,
    });
    const hooks = (this.hooks[event] ?? []).flatMap((entry) => entry.hooks ?? []);
    const answers = await Promise.all(
      hooks.map((hook) => (hook.type === 'http' ? post(hook, body, signal) : run(hook, body))),
    );
    return answers.find((answer) => Object.keys(answer).length > 0) ?? {};
  }
}

function post({ url, timeout = 30 }, body, signal) {
  return new Promise((done) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', headers, timeout: timeout * 1000, signal }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => done(parse(Buffer.concat(chunks).toString())));
      response.on('error', () => done({}));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => done({}));
    sent.end(body);
  });
}

function run({ command, timeout = 30 }, body) {
  return new Promise((done) => {
    const child = spawn('/bin/sh', ['-c', command], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeout * 1000,
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stdin.on('error', () => {});
    child.on('error', () => done({}));
    child.on('close', () => done(parse(Buffer.concat(chunks).toString())));
    child.stdin.end(body);
  });
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Field 22 of /proc/self/stat: with the pid it names this process for good. */
function processStart() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
