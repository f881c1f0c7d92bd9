import type { Moment } from './actor.ts';

/** What came of a scene. */
export interface Played {
  moments: Moment[];
  checks: { what: string; ok: boolean; found?: string }[];
  /** judged states that were never true, or came again */
  flaps: string[];
  seconds: number;
  /** why it could not be played to its end */
  error?: string;
  /** what its project left behind */
  left?: string[];
}

export interface Results {
  /** by version and host */
  runs: Record<string, { scenes: Record<string, Played & { at: string; commit: string; load: number }> }>;
}
