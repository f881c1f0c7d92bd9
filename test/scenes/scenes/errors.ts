import type { Scene } from '../scene.ts';

/** The API refuses. */
const once = { CLAUDE_CODE_MAX_RETRIES: '0' };

/** The model refuses in this way twice, and then answers. */
const retried = (
  name: string,
  status: number,
  type: string,
  headers: Record<string, string> = {},
): Scene => ({
  name,
  async play(it) {
    await it.starts();
    (await it.works()).fail(status, type, 'Not now', headers);
    const second = await it.asked();
    await it.is('working', 'it tries again');
    second.fail(status, type, 'Not now', headers);
    const third = await it.asked();
    await it.is('working', 'it tries once more');
    third.say('Now it worked.');
    await it.shows('Now it worked.');
    await it.is('idle', 'the turn ended');
  },
});

export const errors: Scene[] = [
  retried('the API is overloaded, tried again', 529, 'overloaded_error'),
  retried('the API fails with 500, tried again', 500, 'api_error'),
  retried('the API limits the rate, tried again', 429, 'rate_limit_error', { 'retry-after': '1' }),
  {
    name: 'Escape while the API is tried again',
    async play(it) {
      await it.starts();
      (await it.works()).fail(529, 'overloaded_error', 'Overloaded');
      (await it.asked()).fail(529, 'overloaded_error', 'Overloaded');
      await it.is('working', 'it tries again');
      it.type('\x1b');
      await it.shows(/^❯\s+please go on\s*\n─|Interrupted/m);
      await it.is('idle', 'the turn was given up');
    },
  },
  {
    name: 'the API fails for good',
    spec: { env: once },
    async play(it) {
      await it.starts();
      (await it.works()).fail(500, 'api_error', 'Internal server error');
      await it.shows('API Error');
      await it.is('idle', 'the turn ended with an error', /API Error|Internal|server/i);
      const next = await it.works('try again');
      next.say('Now it worked.');
      await it.shows('Now it worked.');
      await it.is('idle', 'the next turn ended');
    },
  },
  {
    name: 'the usage limit is reached',
    spec: { env: once },
    async play(it) {
      await it.starts();
      (await it.works()).fail(429, 'rate_limit_error', 'Number of request tokens has exceeded your limit', {
        'x-should-retry': 'false',
      });
      await it.shows(/API Error|limit/);
      await it.is('needs-you', 'the limit is shown', /limit/i);
    },
  },
  {
    name: 'no credit is left',
    spec: { env: once },
    async play(it) {
      await it.starts();
      (await it.works()).fail(
        400,
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      );
      await it.shows(/[Cc]redit balance/);
      await it.is('needs-you', 'it says that no credit is left', /credit/i);
    },
  },
  {
    name: 'the key is refused',
    spec: { env: once },
    async play(it) {
      await it.starts();
      (await it.works()).fail(401, 'authentication_error', 'invalid x-api-key');
      await it.shows(/API Error|Invalid API key|login/);
      await it.is('needs-you', 'it says that it must log in', /key|login|auth/i);
    },
  },
];
