import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { exits } from './shell.ts';
import type { Call } from './verbs.ts';

/**
 * `mcc hook`: hands a hook's body to the supervisor and prints its answer. Whatever goes wrong prints an empty answer:
 * a hook that fails would stop the agent's work. The answer is waited for as long as the caller lets it run.
 */
export async function run({ shell }: Call): Promise<number> {
  const url = shell.env.MCC_HOOK_URL;
  const body = (await shell.input()) ?? '';
  const answer = url === undefined ? '' : await post(url, body).catch(() => '');
  shell.out(`${answer.trim() || '{}'}\n`);
  return exits.ok;
}

const post = (url: string, body: string): Promise<string> =>
  new Promise((done, failed) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', headers }, (response) => {
      text(response).then((answer) => done(response.statusCode === 200 ? answer : ''), failed);
    });
    sent.on('error', failed);
    sent.end(body);
  });
