import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reduce } from '../../src/core/reduce.ts';
import { CELL } from '../../src/term/cells.ts';
import { Screen, type Size } from '../../src/term/screen.ts';
import { Tty } from '../../src/term/tty.ts';
import { openTui } from '../../src/tui/mount.ts';
import { piece, type Random, random, seeds } from '../term/random.ts';
import { layouts } from './stage.ts';
import { stamp, team } from './team.ts';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance', 'Date'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const agents = ['architect', 'backend', 'frontend', 'tester'];

/** A screen on a terminal that remembers, with programs that write whatever they are told to. */
function open(size: Size) {
  let state = team();
  const outer = new Screen(size);
  const sitter = new EventEmitter();
  const input = Object.assign(new EventEmitter(), { setRawMode() {}, resume() {}, pause() {} });
  const output = Object.assign(new EventEmitter(), {
    columns: size.cols,
    rows: size.rows,
    writableLength: 0,
    write: (text: string, written?: () => void) => {
      outer.write(text);
      outer.flush();
      written?.();
      return true;
    },
  });
  const programs = new Map(
    agents.map((agent) => {
      const screen = new Screen({ cols: 80, rows: 24 }, { scrollback: 100 });
      const write = (bytes: Uint8Array | string) => {
        screen.write(bytes);
        if (screen.urgent) screen.flush();
      };
      return [agent, { screen, write, input: write }];
    }),
  );
  const told = new Set<(event: never) => void>();
  const supervision = {
    project: 'dates',
    get state() {
      return state;
    },
    onEvent: (listener: (event: never) => void) => {
      told.add(listener);
      return () => told.delete(listener);
    },
    onUsage: () => () => {},
    program: (agent: string) => programs.get(agent),
    resize: (agent: string, to: Size) => programs.get(agent)?.screen.resize(to),
    command: async () => ({ ok: true as const, text: 'done' }),
  };
  const tty = new Tty({ input, output, life: sitter, raise: () => {} });
  const tui = openTui(supervision, tty, sitter, { layouts, layout: 'team' });
  return {
    outer,
    tui,
    programs,
    type: (keys: string) => input.emit('data', Buffer.from(keys)),
    tell: (fact: Parameters<typeof stamp>[0]) => {
      const event = stamp(fact, state.seq + 1);
      state = reduce(state, event);
      for (const listener of told) listener(event as never);
    },
    resize: (to: Size) => {
      outer.resize(to);
      Object.assign(output, { columns: to.cols, rows: to.rows });
      output.emit('resize');
    },
    /** Everything is painted anew, as after a stop. */
    repaint: () => sitter.emit('SIGCONT'),
  };
}

const leader = '\x00';

/** One thing that a person or a program does. */
function act(r: Random, stage: ReturnType<typeof open>): string {
  const one = agents[r(agents.length)] ?? '';
  const program = stage.programs.get(one);
  const deeds: [number, string, () => unknown][] = [
    [12, 'writes', () => program?.write(piece(r, 40, 15))],
    [6, 'types', () => stage.type('abcxyz {}é'[r(10)] ?? 'a')],
    [
      2,
      'lines',
      () => program?.write(Array.from({ length: r(30) }, (_, i) => `line ${i} 世界\r\n`).join('')),
    ],
    [1, 'begins an update', () => program?.write('\x1b[?2026hhalf')],
    [2, 'ends an update', () => program?.write('\x1b[?2026l')],
    [2, 'focus', () => stage.type(`\x1b${1 + r(4)}`)],
    [1, 'zoom', () => stage.type(`${leader}z`)],
    [2, 'wheel', () => stage.type(`\x1b[<${64 + r(2)};${1 + r(100)};${1 + r(30)}M`)],
    [1, 'drag', () => stage.type(`\x1b[<0;9;5M\x1b[<32;${10 + r(20)};${6 + r(8)}M\x1b[<0;20;8m`)],
    [1, 'search', () => stage.type(`${leader}/line\r`)],
    [1, 'palette', () => stage.type(`${leader}:st`)],
    [2, 'escape', () => stage.type('\x1b')],
    [1, 'resize', () => stage.resize({ cols: 60 + r(90), rows: 16 + r(30) })],
    [
      1,
      'news',
      () =>
        stage.tell({ type: 'agent.reported', agent: one, source: 'hook', status: r(2) ? 'idle' : 'working' }),
    ],
  ];
  const [name, deed] = r.pick(
    deeds.flatMap(([weight, ...rest]) => Array.from({ length: weight }, () => rest)),
  );
  deed();
  return `${name} ${one}`;
}

/** Every cell and the cursor. */
function look(screen: Screen): string[] {
  const { cols, rows } = screen.size;
  const cells = new Uint32Array(cols * CELL);
  const { x, y, visible } = screen.cursor;
  return [
    visible ? `${x} ${y}` : 'no cursor',
    ...Array.from({ length: rows }, (_, row) => {
      screen.readRow(row, cells, 0);
      return cells.join();
    }),
  ];
}

test.each(seeds(6))(
  'what is on display is what a full repaint shows, whatever happened (seed %i)',
  async (seed) => {
    const r = random(seed);
    const stage = open({ cols: 120, rows: 35 });
    const done: string[] = [];
    for (let count = 0; count < 100; count += 1) {
      for (let deeds = 1 + r(3); deeds > 0; deeds -= 1) {
        done.push(act(r, stage));
        if (r(3) === 0) await vi.advanceTimersByTimeAsync(r(40));
      }
      // Longer than any pace of the display, shorter than what time alone changes.
      await vi.advanceTimersByTimeAsync(450);
      const shown = look(stage.outer);
      stage.repaint();
      await vi.advanceTimersByTimeAsync(50);
      const painted = look(stage.outer);
      const wrong = shown.findIndex((row, index) => row !== painted[index]);
      expect(wrong === -1 ? '' : `line ${wrong - 1} after ${done.slice(-6).join(', ')}`).toBe('');
    }
    stage.tui.close('over');
    await stage.tui.end;
  },
);
