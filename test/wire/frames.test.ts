import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameError, FrameReader, longestFrame } from '../../src/wire/frames.ts';

/** mulberry32: a small seeded source of numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const raw = (length: number, rest: Buffer) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length);
  return Buffer.concat([head, rest]);
};

describe('frames', () => {
  test('a frame is a length, a header length, JSON and raw bytes', () => {
    const bytes = encodeFrame({ type: 'é' }, Buffer.from([0, 255, 10]));
    expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
    expect(bytes.subarray(8, 8 + bytes.readUInt32BE(4)).toString()).toBe('{"type":"é"}');
    expect([...bytes.subarray(-3)]).toEqual([0, 255, 10]);
  });

  test('whatever is sent comes out the same however the stream is cut', () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    const next = random(seed);
    const sent = Array.from({ length: 200 }, (_, index) => ({
      header: { type: 'output', index, text: 'ü😀'.repeat(Math.floor(next() * 20)) },
      body: Buffer.from(
        Array.from({ length: Math.floor(next() ** 4 * 5000) }, () => Math.floor(next() * 256)),
      ),
    }));
    const stream = Buffer.concat(sent.map(({ header, body }) => encodeFrame(header, body)));
    const reader = new FrameReader();
    const got = [];
    for (let at = 0; at < stream.length; ) {
      const size = 1 + Math.floor(next() ** 6 * 9000);
      got.push(...reader.push(stream.subarray(at, at + size)));
      at += size;
    }
    expect(got, `SEED=${seed}`).toEqual(sent);
    expect(reader.pending).toBe(0);
  });

  test('a truncated frame stays pending and yields nothing', () => {
    const bytes = encodeFrame({ type: 'follow' });
    const reader = new FrameReader();
    expect(reader.push(bytes.subarray(0, -1))).toEqual([]);
    expect(reader.pending).toBe(bytes.length - 1);
    expect(reader.push(bytes.subarray(-1))).toHaveLength(1);
  });

  test.each([
    ['text of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /is announced; at most/],
    ['a frame above the limit', raw(longestFrame + 1, Buffer.alloc(0)), /at most/],
    ['a frame too short for a header', raw(5, Buffer.alloc(5)), /could not hold a header/],
    ['a header longer than its frame', raw(10, raw(7, Buffer.alloc(6))), /header of 7 bytes/],
    ['a header that is no JSON', raw(7, raw(3, Buffer.from('{a}'))), /no JSON/],
    ['a header that is not UTF-8', raw(7, raw(3, Buffer.from([0x22, 0xff, 0x22]))), /UTF-8/],
    ['a header that is a list', raw(6, raw(2, Buffer.from('[]'))), /no JSON object/],
  ])('%s is refused, and so is all that follows', (_what, bytes, reason) => {
    const reader = new FrameReader();
    expect(() => reader.push(bytes)).toThrow(reason);
    expect(() => reader.push(encodeFrame({ type: 'follow' }))).toThrow(FrameError);
  });

  test('what comes before a bad frame is not lost', () => {
    const reader = new FrameReader();
    const got: unknown[] = [];
    const bytes = Buffer.concat([encodeFrame({ type: 'follow' }), raw(5, Buffer.alloc(5))]);
    expect(() => reader.take(bytes, (frame) => got.push(frame.header))).toThrow(FrameError);
    expect(got).toEqual([{ type: 'follow' }]);
  });

  test('a frame that no reader would accept is not written', () => {
    expect(() => encodeFrame({}, new Uint8Array(longestFrame))).toThrow(FrameError);
  });

  test('many small chunks of one large frame cost no more than their sum', () => {
    const bytes = encodeFrame({ type: 'snapshot' }, Buffer.alloc(8 * 1024 * 1024));
    const reader = new FrameReader();
    let frames = 0;
    const began = performance.now();
    for (let at = 0; at < bytes.length; at += 1024)
      frames += reader.push(bytes.subarray(at, at + 1024)).length;
    expect(frames).toBe(1);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
