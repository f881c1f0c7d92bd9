import type { Needs, Status } from '../core/event.ts';
import type { ScreenRule } from '../core/screen-rule.ts';
import type { AgentSpec, Team } from '../core/team.ts';

/**
 * What an agent kind is: data in, data out. One file a kind (claude.ts is the reference, shell.ts the smallest); a
 * new one is a file here and a row in index.ts. Optional members are what a program may lack: a shell has no
 * composer and speaks no hooks.
 */
export interface Kind {
  /** as agents.yaml names it */
  name: string;
  /** the program that is looked for where agents.yaml names no other; absent where it always does */
  program?: string;
  /** the version that it was tried on; absent where it was written after its documentation alone */
  verified?: string;
  /** a command line that installs it */
  install?: string;
  /** The program, its arguments, environment and the files it needs beforehand. */
  launch(input: LaunchInput): Launch;
  /** What one hook body says; null when it is not one. Speakers of Claude Code's hook protocol share one reader. */
  hook(body: unknown): Report | null;
  /** What the program's own status file says, where it keeps one. */
  sessionFile?(json: unknown): SessionFile | null;
  /** What its visible screen says of its state; the first rule that fits wins. */
  screenRules?: readonly ScreenRule[];
  /**
   * Where the program keeps its conversations: a folder of its configuration directory, and whether a file in it, by
   * its name, holds a certain one. Without it there is no transcript, and only `resumesBlindly` resumes.
   */
  conversations?: { folder: string; holds(file: string, conversation: string): boolean };
  /** Whether every later run is started with `resume`: the program itself finds what to go on with. */
  resumesBlindly?: boolean;
  /** Whether a conversation can be gone on with, by the text of its transcript. */
  isResumable?(transcript: string): boolean;
  /** Whether the visible screen proves that typed text would land in an empty composer. */
  composer?(screen: readonly ScreenRow[], cursor?: Cursor): Composer;
  /** So many rows of its composer it shows at most; what is longer scrolls, and is not proved to stand there alone. */
  composerRows?: number;
  /** Tells the program that it has the keyboard; to be written before `composer` is asked, since it hides its cursor else. */
  focus?: string;
  /** Keyboard writes that put a text into the composer; without it nothing may be typed for this kind. */
  typing?(text: string): Write[];
  /**
   * It says nothing of what it takes: that the composer showed a text alone and let go of it when submitted is all the
   * proof there is that the text arrived.
   */
  silent?: boolean;
  /** The key that submits: a write of its own, once the screen shows the text and has settled. */
  submit?: string;
  /** The key that stops the running turn. */
  interrupt: string;
  /** How often it is pressed until the turn ends; once unless told. */
  interruptPresses?: number;
}

export interface LaunchInput {
  agent: string;
  spec: AgentSpec;
  team: Team;
  /** uuid of this run of the program; marks each of its processes as MCC_SESSION */
  session: string;
  /** uuid of the conversation, which outlives the run */
  conversation: string;
  /** go on with `conversation` instead of beginning it */
  resume: boolean;
  worktree: string;
  /** root of the main checkout */
  root: string;
  /** `.mcc/sessions/<agent>`: what is generated goes here */
  folder: string;
  /** the agent's own configuration directory for its CLI */
  config: string;
  /** http://127.0.0.1:<port>/<unguessable>, where hook bodies go */
  hookUrl: string;
  /** folder with the generated `mcc` wrapper */
  bin: string;
  /** a short private folder for temporary files and sockets (paths of sockets end at 104 bytes), gone after `mcc down` */
  tmp: string;
  token: string;
  /** absolute paths, with `**` for all below, that the session must not write or read, as far as its CLI holds to that */
  fence?: { unwritable: readonly string[]; unreadable: readonly string[] };
  /** what is its worktree's own: name and ports */
  leases: Readonly<Record<string, string>>;
  /** the user's own environment, of which an allow-list is passed on */
  environment: Readonly<Record<string, string | undefined>>;
  /** whether the session runs as root */
  isRoot: boolean;
}

export interface Launch {
  file: string;
  args: string[];
  env: Record<string, string>;
  files: LaunchFile[];
  /** folders that must be there */
  folders?: string[];
  /** links to files of the user's, such as a login: made where that file is there, and nothing at `path` */
  links?: { path: string; to: string }[];
}

export interface LaunchFile {
  path: string;
  text: string;
  mode: number;
  /** a seed: written only where the file is absent, since the program itself writes it later */
  once?: boolean;
}

/** One piece of evidence from a hook: what it says of the session, and whom it lets go on. */
export interface Report {
  source: 'hook';
  /** the hook's event name, e.g. `Stop` */
  event: string;
  /** absent when this event says nothing about the status */
  status?: Status;
  /** why, in words for a person: `permission: Bash npm test` */
  reason?: string;
  /** what kind of answer is waited for, with status needs-you */
  needs?: Needs;
  tool?: string;
  /** the tool's telling argument: a command, a path, a pattern; at most 200 characters, one line */
  argument?: string;
  /** the answers that a question offers */
  options?: string[];
  /** when a limit ends, as the agent says it */
  until?: string;
  /** it speaks of a subagent, not of the agent itself */
  subagent?: true;
  /** the conversation that spoke, which is a new one after /clear */
  conversation: string;
  transcript?: string;
  /** the file that a tool is about to read or write, as the tool was told it */
  touches?: { file: string; writes: boolean };
  /** ids of mcc messages standing in the prompt just submitted: the proof that they were accepted */
  accepted: string[];
  /** true when the turn is over and nothing runs on: a moment to hand over the next message */
  turnEnded: boolean;
  /** the turn that ended here had gone on with what was handed over as the answer of a hook: the proof that it arrived */
  continued?: boolean;
  /** what the agent said last, at the end of its turn */
  said?: string;
}

/** The CLI's own word on its state, e.g. Claude Code's `<config>/sessions/<pid>.json`. */
export interface SessionFile {
  status: Status;
  reason?: string;
  /** what is waited for, with status needs-you */
  needs?: Needs;
  /** what runs on, with status background: a shell (`Bash`) or subagents (`Agent`) */
  tool?: string;
  /** version of the program */
  version?: string;
  conversation: string;
  pid: number;
  /** start time of that process, in clock ticks since boot (field 22 of /proc/<pid>/stat), where told */
  start?: string;
  /** milliseconds since the epoch */
  at?: number;
}

/** One visible row; `dim` and `inverse` hold one entry a cell, as `cells` does (a wide glyph's second cell is ''). */
export interface ScreenRow {
  cells: readonly string[];
  dim: readonly boolean[];
  inverse: readonly boolean[];
}

/** Where the terminal's own cursor stands, from 0, and whether the program shows it. */
export interface Cursor {
  x: number;
  y: number;
  visible: boolean;
}

/** `absent`: no composer is proved to be there (a dialog, a picker, a start-up screen), so nothing may be typed. */
export type Composer = { state: 'absent' } | { state: 'empty' } | { state: 'draft'; text: string };

/**
 * Bytes to write to the terminal, then how long to wait at least before the next write. The wait ends only when the
 * program has drawn something after the write: on a busy machine several pieces would else be read as one paste.
 */
export interface Write {
  bytes: string;
  waitMs: number;
}
