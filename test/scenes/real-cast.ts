import { existsSync } from 'node:fs';
import { type Model, playModel, type Script, say, type Turn, use } from '../claude/model.ts';
import type { Cast, Told } from './chaos.ts';

/**
 * The real CLI as the cast of chaos. What it was told is what stands in the conversation that it sends to the model: the last
 * request of an agent holds all of it, whatever was killed in between.
 */
export async function realCast(binary: string, version: string): Promise<Cast> {
  const last = new Map<string, Turn>();
  const script: Script = async (turn) => {
    last.set(turn.at, turn);
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
      [...last].flatMap(([name, { said }]) =>
        said.map((prompt): Told => ({ event: 'prompt', name, prompt })),
      ),
    close: () => model.close(),
  };
}

// The folder's name has a blank.
const encode = (file: string): string => encodeURI(file);
const decode = (file: string): string => decodeURI(file);
