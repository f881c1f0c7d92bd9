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
/** Versions of mcc before 0.2 named neither; a format that is not known is another's, and counts as no file. */
const file = z.object({
  format: z.literal(1).default(1),
  /** of the mcc that wrote it */
  version: z.string().optional(),
  sessions: z.record(z.string(), entry),
});

/**
 * What a session that outlives its supervisor needs of the next one, by agent, in a file that only this user can read.
 * Kept only where the host lets sessions outlive it.
 */
export class Kept {
  readonly #path: string;
  readonly #version: string;
  readonly #sessions: Record<string, KeptSession>;
  /** the version of mcc that left the sessions, where it is known */
  readonly leftBy: string | undefined;

  /** @param path the file; one that is missing or broken counts as empty: its sessions are started anew then */
  constructor(path: string, version: string) {
    this.#path = path;
    this.#version = version;
    const { sessions, version: leftBy } = read(path);
    this.#sessions = sessions;
    this.leftBy = leftBy;
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
    writeFileSync(fresh, JSON.stringify({ format: 1, version: this.#version, sessions: this.#sessions }), {
      mode: 0o600,
    });
    renameSync(fresh, this.#path);
  }

  /** No session is left that needs it. */
  end(): void {
    rmSync(this.#path, { force: true });
  }
}

function read(path: string): Pick<z.infer<typeof file>, 'version' | 'sessions'> {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { sessions: {} };
  }
}
