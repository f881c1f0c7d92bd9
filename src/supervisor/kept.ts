import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What is in the environment of a session and so cannot change while it runs: its token, and where its hooks go. */
const entry = z.object({
  session: z.string(),
  token: z.string(),
  hook: z.url(),
  isolated: z.boolean().optional(),
});
export type KeptSession = z.infer<typeof entry>;
const file = z.object({ sessions: z.record(z.string(), entry) });

/**
 * What a session that outlives its supervisor needs of the next one, by agent, in a file that only this user can read.
 * Kept only where the host lets sessions outlive it.
 */
export class Kept {
  readonly #path: string;
  readonly #sessions: Record<string, KeptSession>;

  /** @param path the file; one that is missing or broken counts as empty: its sessions are started anew then */
  constructor(path: string) {
    this.#path = path;
    this.#sessions = read(path);
  }

  /** The port that the hooks of the last supervisor came to. */
  get port(): number | undefined {
    const [first] = Object.values(this.#sessions);
    return first && Number(new URL(first.hook).port);
  }

  of(agent: string): KeptSession | undefined {
    return this.#sessions[agent];
  }

  set(agent: string, session: KeptSession): void {
    this.#sessions[agent] = session;
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, JSON.stringify({ sessions: this.#sessions }), { mode: 0o600 });
    renameSync(fresh, this.#path);
  }

  /** No session is left that needs it. */
  end(): void {
    rmSync(this.#path, { force: true });
  }
}

function read(path: string): Record<string, KeptSession> {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8'))).sessions;
  } catch {
    return {};
  }
}
