import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type HookReader, serveHooks } from '../../src/io/hooks.ts';

async function serve(read: HookReader) {
  const errors: unknown[] = [];
  const hooks = await serveHooks((error) => errors.push(error));
  onTestFinished(() => hooks.close());
  return { hooks, errors, url: hooks.open('ann', read) };
}

async function post(url: string, body: string | Uint8Array): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(url, { method: 'POST', body: new Blob([new Uint8Array(Buffer.from(body))]) });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? null : JSON.parse(text) };
}

test('a body reaches the reader of its path, and its answer comes back', async () => {
  const { url } = await serve((body) => ({ got: body }));
  expect(await post(url, '{"a": "ü"}')).toEqual({ status: 200, answer: { got: { a: 'ü' } } });
});

test('each address is its own, and opening it again closes the old one', async () => {
  const { hooks, url } = await serve(() => ({ from: 'first' }));
  const again = hooks.open('ann', () => ({ from: 'second' }));
  const other = hooks.open('bob', () => ({ from: 'bob' }));
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect(new URL(url).pathname).toMatch(/^\/[0-9a-f]{48}$/);
  expect((await post(url, '{}')).status).toBe(404);
  expect((await post(again, '{}')).answer).toEqual({ from: 'second' });
  expect((await post(other, '{}')).answer).toEqual({ from: 'bob' });
  expect((await fetch(again)).status).toBe(404);
});

test.each([
  ['no JSON', '{"a": '],
  ['nothing', ''],
  ['bytes', new Uint8Array([0xff, 0x00, 0xfe])],
  ['a body of 9 MB', `"${'x'.repeat(9 * 1024 * 1024)}"`],
])('%s is answered with an empty object, and not read', async (_, body) => {
  const read: unknown[] = [];
  const { url, errors } = await serve((value) => {
    read.push(value);
    return {};
  });
  expect(await post(url, body)).toEqual({ status: 200, answer: {} });
  expect({ read, errors }).toEqual({ read: [], errors: [] });
});

test('a reader that fails is told, and the agent goes on', async () => {
  const { url, errors } = await serve(() => {
    throw new Error('broken');
  });
  expect(await post(url, '{}')).toEqual({ status: 200, answer: {} });
  expect(errors).toMatchObject([{ message: 'broken' }]);
});

test('a caller that goes away in the middle of its body disturbs nobody', async () => {
  const { url } = await serve(() => ({ fine: true }));
  const half = request(url, { method: 'POST', headers: { 'content-length': 100 } });
  const gone = new Promise((done) => half.on('error', done));
  half.write('{"a"', () => half.destroy(new Error('gone')));
  await gone;
  expect((await post(url, '{}')).answer).toEqual({ fine: true });
});

test('no connection is kept for another hook, which would be lost in the moment that one side gives it up', async () => {
  const { url } = await serve(() => ({}));
  const response = await fetch(url, { method: 'POST', body: '{}' });
  expect(response.headers.get('connection')).toBe('close');
});
