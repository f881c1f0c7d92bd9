import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/config-error.ts';
import { followLog } from '../../src/io/follow.ts';
import { Log, readLog, type StoredEvent } from '../../src/io/log.ts';

type Event = StoredEvent & { text: string };
const event = (seq: number, text = `${seq}`): Event => ({
  v: 1,
  seq,
  at: '2026-01-01T00:00:00.000Z',
  by: 'mcc',
  cause: null,
  type: 'said',
  text,
});
const parse = (value: unknown): Event => {
  const it = value as Event;
  if (it?.type !== 'said') throw new Error(`unknown event type ${JSON.stringify(it?.type)}`);
  return it;
};
const line = (it: unknown) => `${JSON.stringify(it)}\n`;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcc log ü-'));
  path = join(folder, '.mcc', 'events.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const written = async (...events: Event[]) => {
  const { log } = Log.open(path, parse);
  log.append(events);
  await log.close();
};

describe('the log', () => {
  test('what was appended is there after it is opened again', async () => {
    await written(event(1), event(2, 'ü\n"'));
    const { log, events, note } = Log.open(path, parse);
    expect(events).toEqual([event(1), event(2, 'ü\n"')]);
    expect(note).toBeUndefined();
    expect(log.seq).toBe(2);
    log.append([event(3)]);
    await log.flush();
    expect(readLog(path, parse).events.at(-1)).toEqual(event(3));
    await log.close();
  });

  test('a log that does not exist reads as empty and is not made by reading', () => {
    expect(readLog(path, parse)).toEqual({ events: [] });
    expect(existsSync(path)).toBe(false);
  });

  test('a torn last line is dropped with a note and kept in trash', async () => {
    await written(event(1), event(2));
    appendFileSync(path, line(event(3)).slice(0, 20));
    expect(readLog(path, parse)).toEqual({
      events: [event(1), event(2)],
      note: expect.stringContaining('events.jsonl:3'),
    });
    const { log, events, note } = Log.open(path, parse);
    expect(events).toHaveLength(2);
    expect(note).toContain('events.jsonl:3: the last line was not complete');
    expect(readFileSync(join(folder, '.mcc', 'trash', 'events.jsonl.torn-1'), 'utf8')).toBe(
      line(event(3)).slice(0, 20),
    );
    log.append([event(3)]);
    await log.close();
    expect(readLog(path, parse)).toEqual({ events: [event(1), event(2), event(3)] });
  });

  test('a second torn line does not overwrite the first in trash', async () => {
    for (const torn of ['{"a', '{"b']) {
      await written();
      appendFileSync(path, torn);
    }
    await written();
    expect(readFileSync(join(folder, '.mcc', 'trash', 'events.jsonl.torn-2'), 'utf8')).toBe('{"b');
  });

  test('a crash at any byte of the last line loses that line at most', async () => {
    const all = line(event(1)) + line(event(2, 'ü'));
    const bytes = Buffer.from(all);
    await written();
    for (let cut = line(event(1)).length; cut < bytes.length; cut++) {
      writeFileSync(path, bytes.subarray(0, cut));
      const { log, events } = Log.open(path, parse);
      log.append([event(log.seq + 1)]);
      await log.close();
      expect(events.length, `cut at ${cut}`).toBe(cut === bytes.length - 1 ? 2 : 1);
      expect(readLog(path, parse).note).toBeUndefined();
    }
  });

  test.each([
    [
      'a gap in seq',
      line(event(1)) + line(event(3)),
      /events\.jsonl:2:1: expected the event with seq 2, found seq 3/,
    ],
    ['a repeated seq', line(event(1)) + line(event(1)), /:2:1: expected the event with seq 2, found seq 1/],
    ['an unknown type', line(event(1)) + line({ ...event(2), type: 'x' }), /:2:1: unknown event type "x"/],
    [
      'a line that is no JSON',
      `${line(event(1))}oops\n${line(event(2))}`,
      /:2:1: expected one event as JSON/,
    ],
    ['an empty line', `${line(event(1))}\n${line(event(2))}`, /:2:1: expected one event as JSON/],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0x0a]), /:1:1: expected one event/],
    ['an unknown type without line end', JSON.stringify({ type: 'x' }), /:1:1: unknown event type "x"/],
  ])('%s stops with file and line, says what to do and changes nothing', async (_what, contents, reason) => {
    await written();
    writeFileSync(path, contents);
    const before = readFileSync(path);
    for (const read of [() => Log.open(path, parse), () => readLog(path, parse)]) {
      expect(read).toThrow(ConfigError);
      expect(read).toThrow(reason);
    }
    expect(readFileSync(path)).toEqual(before);
  });

  test('an event out of order is a bug and is not written', async () => {
    const { log } = Log.open(path, parse);
    expect(() => log.append([event(1), event(3)])).toThrow('expected 2');
    expect(readLog(path, parse).events).toEqual([]);
    await log.close();
  });

  test('a log that was removed while open is not written into nowhere', async () => {
    const { log } = Log.open(path, parse);
    log.append([event(1)]);
    unlinkSync(path);
    expect(() => log.append([event(2)])).toThrow('removed or replaced');
    await log.close();
  });

  test('a log that another program changed is not written any more', async () => {
    const { log } = Log.open(path, parse);
    log.append([event(1)]);
    appendFileSync(path, line(event(2)));
    expect(() => log.append([event(2)])).toThrow('changed by another program');
    await log.close();
  });

  test('a write that the disk takes only in part leaves no half line', () => {
    const script = `
      import { Log } from ${JSON.stringify(join(process.cwd(), 'src/io/log.ts'))};
      process.on('SIGXFSZ', () => {});
      const { log } = Log.open(process.argv[1], (it) => it);
      const event = (seq, text) => ({ v: 1, seq, at: 'now', by: 'mcc', cause: null, type: 'said', text });
      log.append([event(1, 'short')]);
      try { log.append([event(2, 'x'.repeat(100_000))]); } catch (error) { console.log(error.message); }
      console.log(log.seq);`;
    // A limit of the file size stands for the full disk: the kernel takes what fits and refuses the rest.
    const said = execFileSync(
      'sh',
      ['-c', 'ulimit -f 16; exec "$0" --input-type=module -e "$1" "$2"', process.execPath, script, path],
      { encoding: 'utf8' },
    );
    expect(said).toMatch(/cannot be written: EFBIG.*\n1\n$/);
    expect(readLog(path, parse)).toEqual({ events: [{ ...event(1, 'short'), at: 'now' }] });
  });

  test('calls to flush meanwhile share one fsync and all return', async () => {
    const { log } = Log.open(path, parse);
    for (let seq = 1; seq <= 50; seq++) log.append([event(seq)]);
    await Promise.all([log.flush(), log.flush(), log.flush()]);
    await log.close();
    expect(readLog(path, parse).events).toHaveLength(50);
  });
});

describe('following a log', () => {
  test('gives what is there, then what is appended, and never a line in parts', async () => {
    await written(event(1), event(2));
    const stop = new AbortController();
    const got: number[] = [];
    const { log } = Log.open(path, parse);
    for await (const { seq } of followLog(path, parse, { after: 1, signal: stop.signal })) {
      got.push(seq);
      if (seq === 2) log.append([event(3), event(4)]);
      if (seq === 4) {
        await log.close();
        const text = line(event(5));
        appendFileSync(path, text.slice(0, 30));
        setImmediate(() => appendFileSync(path, text.slice(30)));
      }
      if (seq === 5) stop.abort();
    }
    expect(got).toEqual([2, 3, 4, 5]);
  });

  test('waits for a log that does not exist yet', async () => {
    const stop = new AbortController();
    setImmediate(() => void written(event(1)));
    for await (const { seq } of followLog(path, parse, { signal: stop.signal })) {
      expect(seq).toBe(1);
      stop.abort();
    }
  });

  test('ends at once when it is aborted while it waits', async () => {
    await written();
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    for await (const it of followLog(path, parse, { signal: stop.signal }))
      expect.fail(`unexpected ${it.seq}`);
  });

  test('a log that was cut is an error', async () => {
    await written(event(1));
    const follow = followLog(path, parse, { signal: new AbortController().signal });
    await follow.next();
    writeFileSync(path, '');
    await expect(follow.next()).rejects.toThrow('cut or replaced');
  });
});
