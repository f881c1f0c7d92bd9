import { existsSync } from 'node:fs';
import { type Model, playModel, type Script, say, type Turn, use } from '../claude/model.ts';
import type { Cast, Told } from './chaos.ts';

/**
 * The real CLI as the cast of chaos. What it was told is what it sent to the model: a message that stands in no request was lost,
 * and one that stands twice in the same request was doubled. A session that is killed may take with it what its transcript had
 * not yet; told anew in the conversation that goes on, it stands there once.
 */
export async function realCast(binary: string, version: string): Promise<Cast> {
  const heard = new Map<string, Heard>();
  const script: Script = async (turn) => {
    const its = heard.get(turn.at) ?? new Heard();
    heard.set(turn.at, its);
    its.take(turn);
    if (turn.results.length > 0) return [say('Did it.')];
    const file = /please wait for (\S+) there/.exec(turn.prompt)?.[1];
    while (file && !existsSync(decode(file))) await new Promise((done) => setTimeout(done, 50));
    if (turn.prompt.includes('please ask me first'))
      return [use('Bash', { command: `touch asked-${turn.count}`, description: 'Ask' })];
    return [say('Noted.')];
  };
  const model: Model = await playModel(script);
  return {
    name: `Claude Code ${version}`,
    spec: (agent) => ({ command: [binary], env: { ANTHROPIC_BASE_URL: `${model.url}/${agent}` } }),
    ask: 'please ask me first',
    wait: (file) => `please wait for ${encode(file)} there`,
    dialog: 'Do you want to proceed?',
    yes: '1',
    erase: () => '\x15',
    told: () =>
      [...heard].flatMap(([name, { prompts }]) =>
        prompts.map((prompt): Told => ({ event: 'prompt', name, prompt })),
      ),
    close: () => model.close(),
  };
}

// The folder's name has a blank.
const encode = (file: string): string => encodeURI(file);
const decode = (file: string): string => decodeURI(file);

const header = /^\[mcc message (m-\w+) from /gm;

/** What one agent has sent to the model so far, each thing as often as the request has it that has it most often. */
class Heard {
  /** in the order of their first coming; one that bears several messages is there once for each */
  readonly prompts: string[] = [];
  readonly #counts = new Map<string, number>();

  take({ said }: Turn): void {
    const now = new Map<string, number>();
    for (const text of said) {
      const ids = [...text.matchAll(header)].flatMap((match) => match[1] ?? []);
      for (const unit of ids.length > 0 ? ids : [text]) {
        const count = (now.get(unit) ?? 0) + 1;
        now.set(unit, count);
        if (count <= (this.#counts.get(unit) ?? 0)) continue;
        this.#counts.set(unit, count);
        // The headers of the others are no headers here.
        this.prompts.push(text.replace(header, (line, id) => (id === unit ? line : `(${line.slice(1)}`)));
      }
    }
  }
}
