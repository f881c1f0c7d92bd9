import type { Actor } from './actor.ts';
import type { Project } from './project.ts';

export type HostName = 'pty' | 'tmux';

/** What a scene runs on. */
export interface Ground {
  version: string;
  host: HostName;
}

/**
 * A short play with a known truth: what the model says and what the person does is written in it, and so is, at named
 * moments, what is true of the agent. mcc is only asked.
 */
export interface Scene {
  name: string;
  /** of the agent in agents.yaml, beside command and endpoint */
  spec?: Record<string, unknown>;
  /** it ends the supervisor or the screen: it has a project of its own */
  alone?: true;
  /** where it can be played; everywhere when not given */
  on?: (ground: Ground) => boolean;
  /** what is there before the supervisor starts */
  before?: (agent: string, project: Project) => void;
  play(actor: Actor, ground: Ground): Promise<void>;
}
