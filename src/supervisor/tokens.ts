import { randomBytes } from 'node:crypto';
import type { Actor } from '../core/event.ts';

/** Who may speak as whom: one token a session, known to the session's environment and to the supervisor alone. */
export class Tokens {
  readonly #agents = new Map<string, string>();

  /** A new token for an agent's session; the one before is no longer good. */
  make(agent: string): string {
    const token = randomBytes(24).toString('base64url');
    this.restore(agent, token);
    return token;
  }

  /** The token that an agent's session got from an earlier supervisor is good again. */
  restore(agent: string, token: string): void {
    this.drop(agent);
    this.#agents.set(token, agent);
  }

  drop(agent: string): void {
    for (const [token, owner] of this.#agents) if (owner === agent) this.#agents.delete(token);
  }

  /** The actor behind a token; undefined for one that is not or no longer good. */
  actor(token: string): Actor | undefined {
    const agent = this.#agents.get(token);
    return agent === undefined ? undefined : `agent:${agent}`;
  }
}
