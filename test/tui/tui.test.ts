import { afterEach, expect, test } from 'vitest';
import { Screen, type Size } from '../../src/term/screen.ts';
import { perform } from './theatre.ts';

const leader = '\x00';
let play: Awaited<ReturnType<typeof perform>>;

async function curtain(
  size: Size = { cols: 120, rows: 35 },
  env: Record<string, string> = {},
  answer?: (bytes: string) => string,
) {
  play = await perform(size, env, answer);
  await play.shows('architect ready');
  return play;
}

afterEach(async () => {
  await play.close();
});

test('the screen shows every terminal in its pane, beside board, attention and messages', async () => {
  const { shows, text } = await curtain();
  for (const agent of ['backend', 'frontend', 'tester']) await shows(`${agent} ready`);
  expect(text()).toContain('board');
  expect(text()).toContain('needs you 2');
  expect(text()).toContain('dates · main bbbbbbb');
});

test('what is typed goes to the focused agent, and its echo appears in its pane', async () => {
  const { stagehand, type, shows } = await curtain();
  type('hello');
  await shows('$ hello');
  type(`${leader}2`);
  type('world\r');
  await shows('$ world');
  expect(stagehand.typed('architect')).toBe('hello');
  expect(stagehand.typed('backend')).toBe('world\r');
});

test('ctrl-c belongs to the agent', async () => {
  const { stagehand, type } = await curtain();
  type('\x03');
  await stagehand.until('ctrl-c', (frame) => frame.type === 'input' && frame.bytes === '\x03');
});

test('programs have the size of their panes, also after zoom and a resize of the terminal', async () => {
  const { stagehand, type, resize, shows } = await curtain();
  const sized = (agent: string, cols: number, rows: number) =>
    stagehand.until(
      `${agent} at ${cols}×${rows}`,
      (heard) =>
        heard.type === 'resize' && heard.agent === agent && heard.cols === cols && heard.rows === rows,
    );
  await sized('architect', 40, 15);
  type(`${leader}z`);
  await sized('architect', 118, 31);
  await shows('zoom');
  resize({ cols: 100, rows: 30 });
  await sized('architect', 98, 26);
  await shows('2 backend ●   3 frontend ○   4 tester ◆');
});

test('a terminal that becomes too small says so, and everything is back when it grows', async () => {
  const { resize, shows } = await curtain();
  resize({ cols: 50, rows: 10 });
  await shows('mcc needs 60×16');
  resize({ cols: 120, rows: 35 });
  await shows('architect ready');
  await shows('needs you 2');
});

test('the palette runs a command; a refusal stays in it', async () => {
  const { stagehand, type, shows, hides } = await curtain();
  stagehand.answers.set('merge t2', {
    ok: false,
    refusal: 't2 is not approved: it is working',
    hint: 'mcc task show t2',
    code: 1,
  });
  stagehand.answers.set('nudge backend', { ok: true, text: 'm-9 queued for backend' });
  type(`${leader}:`);
  await shows('commands');
  type('merge t2\r');
  await shows('t2 is not approved');
  type('\x15nudge backend\r');
  await shows('✓ m-9 queued for backend');
  await hides('╭ commands');
});

test('the leader names the keys, and help lists them all', async () => {
  const { type, shows, hides } = await curtain();
  type(leader);
  await shows('next that needs you');
  type('?');
  await shows('What you type goes to the agent whose frame is coloured');
  type('\x1b');
  await hides('What you type goes');
});

test('what happens to the team is on the screen, and a newly needed person hears one bell', async () => {
  const { stagehand, shows, screen } = await curtain();
  let bells = 0;
  const notices: string[] = [];
  screen.onBell(() => {
    bells += 1;
  });
  screen.onNotice((text) => notices.push(text));
  stagehand.tell({
    type: 'agent.reported',
    agent: 'backend',
    source: 'hook',
    status: 'needs-you',
    reason: 'a plan to approve',
  });
  await shows('backend ◆ needs you: a plan');
  stagehand.tell({ type: 'task.approved', task: 't5', commit: 'd'.repeat(40) });
  await shows('t5 approved');
  expect(bells).toBe(1);
  expect(notices).toEqual(['mcc dates: backend needs you: a plan to approve']);
});

test('the mouse focuses a pane, chooses on the board, and the wheel looks back', async () => {
  const { stagehand, type, shows, hides } = await curtain();
  type('\x1b[<0;60;5M\x1b[<0;60;5m');
  type('x');
  await stagehand.until(
    'x typed',
    (frame) => frame.type === 'input' && frame.agent === 'backend' && frame.bytes === 'x',
  );
  stagehand.writes('backend', Array.from({ length: 50 }, (_, index) => `\r\nrow ${index}`).join(''));
  await shows('row 49');
  type('\x1b[<64;60;5M'.repeat(4));
  await shows('↑ 12 esc');
  await hides('row 49');
  type('y');
  await shows('row 49');
  type('\x1b[<0;95;4M\x1b[<0;95;4m');
  await shows('a approve');
});

test('a paste reaches a program that asked for it between its marks', async () => {
  const { stagehand, type, shows } = await curtain();
  stagehand.writes('architect', '\x1b[?2004hpaste me');
  await shows('paste me');
  type('\x1b[200~two\nlines\x1b[201~');
  await stagehand.until(
    'a bracketed paste',
    (frame) => frame.type === 'input' && frame.bytes.includes('\x1b[200~'),
  );
  expect(stagehand.typed('architect')).toMatch(/\x1b\[200~two[\n\r]lines\x1b\[201~/);
});

test('only terminals in view are given a size and drawn', async () => {
  const { stagehand, type, shows, text } = await curtain({ cols: 80, rows: 24 });
  expect(stagehand.heard.flatMap((heard) => ('agent' in heard ? [heard.agent] : []))).toEqual(['architect']);
  type('\x1b2');
  await stagehand.until('backend sized', (heard) => heard.type === 'resize' && heard.agent === 'backend');
  await shows('backend ready');
  stagehand.writes('architect', 'not in view');
  type('seen');
  await shows('seen');
  expect(text()).not.toContain('not in view');
});

test('two screens look at one terminal, each from its own place in the history; who types last decides its size', async () => {
  const { stagehand, type, shows, hides, size, open } = await curtain();
  const other = await open({ cols: 100, rows: 30 });
  await other.shows('architect');
  stagehand.writes('architect', Array.from({ length: 60 }, (_, index) => `\r\nrow ${index}.`).join(''));
  await shows('row 59.');
  await other.shows('row 59.');
  type('\x1b[<64;5;5M'.repeat(4));
  await hides('row 59.');
  await other.shows('row 59.');
  other.type('x');
  await stagehand.until('x typed', (heard) => heard.type === 'input' && heard.bytes === 'x');
  await other.shows('row 59.');
  await hides('row 59.');
  expect(stagehand.terminals.get('architect')?.screen.size).not.toEqual(size);
  await other.close();
  type('y');
  await shows('row 59.');
});

/** The terminal as a shell expects it. */
function restored(screen: Screen, size: Size) {
  screen.flush();
  expect(screen.modes).toEqual(new Screen(size).modes);
  expect(screen.cursor.visible).toBe(true);
}

test('detaching restores the terminal and leaves the agents alone', async () => {
  const { type, exit, screen, text, stagehand } = await curtain();
  type(`${leader}d`);
  expect(await exit).toMatchObject({ code: 0 });
  restored(screen, screen.size);
  expect(text()).toContain('ended: 0');
  expect(stagehand.heard.filter((frame) => frame.type === 'command')).toEqual([]);
});

test('SIGTERM and SIGHUP restore the terminal', async () => {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    const { session, exit, screen, text } = await curtain();
    process.kill(session.pid, signal);
    expect((await exit).code === 0).toBe(false);
    restored(screen, screen.size);
    expect(text()).toContain(`ended by ${signal}`);
    if (signal === 'SIGTERM') await play.close();
  }
});

test('a bug restores the terminal before it is told', async () => {
  const { stagehand, exit, screen, text } = await curtain();
  stagehand.break();
  expect(await exit).toMatchObject({ code: 70 });
  restored(screen, screen.size);
  expect(text()).toContain('bug: TypeError');
});

test('a supervisor that goes down says why, one that vanishes is told with the way back', async () => {
  const first = await curtain();
  await first.stagehand.close('mcc down');
  await first.exit;
  restored(first.screen, first.screen.size);
  expect(first.text()).toContain('mcc down\nended: 0');
  await first.close();
  const second = await curtain();
  await second.until('everything is set', () => second.screen.modes.kitty > 0);
  second.stagehand.vanish();
  await second.exit;
  restored(second.screen, second.screen.size);
  expect(second.text()).toContain('mcc up starts it again');
});

test('a terminal that cannot be opened where it is said to be is reached through the process at it', async () => {
  play = await perform({ cols: 120, rows: 35 }, {}, undefined, true);
  const { stagehand, type, shows, resize, exit, screen } = play;
  await shows('architect ready');
  type('through');
  await shows('$ through');
  resize({ cols: 100, rows: 30 });
  await stagehand.until('the new size', (heard) => heard.type === 'resize' && heard.cols === 64);
  type(`${leader}d`);
  expect(await exit).toMatchObject({ code: 0 });
  restored(screen, screen.size);
});

test('kill -9 of the process at the terminal restores the terminal', async () => {
  const { session, exit, screen, until } = await curtain();
  process.kill(session.pid, 'SIGKILL');
  await exit;
  await until('the other screen is back', () => !screen.modes.alternate);
  restored(screen, screen.size);
});

test('what stops the process at the terminal gives the terminal back until it goes on', async () => {
  const { session, screen, until, shows, type } = await curtain();
  process.kill(session.pid, 'SIGTSTP');
  await until('the other screen is back', () => !screen.modes.alternate);
  restored(screen, screen.size);
  process.kill(session.pid, 'SIGCONT');
  await shows('architect ready');
  type('again');
  await shows('$ again');
});

test('NO_COLOR is respected by the chrome', async () => {
  const { screen } = await curtain({ cols: 120, rows: 35 }, { NO_COLOR: '1' });
  const cells = new Uint32Array(120 * 4);
  screen.readRow(0, cells, 0);
  expect(
    Array.from({ length: 120 }, (_, x) => (cells[x * 4 + 1] ?? 0) & 0x3000000).every((mode) => mode === 0),
  ).toBe(true);
});

test('what changes nothing on the screen writes nothing to the terminal', async () => {
  const { stagehand, session, type, shows } = await curtain();
  type('quiet');
  await shows('$ quiet');
  let bytes = '';
  session.onData((data) => {
    bytes += Buffer.from(data).toString();
  });
  for (let count = 0; count < 20; count += 1)
    stagehand.tell({ type: 'agent.reported', agent: 'backend', source: 'hook', status: 'working' });
  stagehand.writes('backend', '\x1b[1;1H\x1b[3;1H');
  type('!');
  await shows('$ quiet!');
  expect(bytes.length).toBeLessThan(60);
});

test('the history is searched on the screen, and what is selected reaches the clipboard of the terminal', async () => {
  const { stagehand, type, shows, screen, until } = await curtain();
  const copied: string[] = [];
  screen.onClipboard((text) => copied.push(text));
  stagehand.writes('architect', Array.from({ length: 60 }, (_, index) => `\r\nrow ${index}`).join(''));
  await shows('row 59');
  type(`${leader}/row 7`);
  await shows('?row 7');
  await shows('row 7');
  expect(screen.cursor).toMatchObject({ visible: true, shape: 'bar', x: 8, y: 16 });
  type('\rvve y'.replace('e ', '$'));
  await shows('copied 5 characters');
  await until('the text is on the clipboard', () => copied.includes('row 7'));
  type('\x1b[<0;2;2M\x1b[<32;60;2M\x1b[<0;60;2m');
  await until('what the mouse took is on the clipboard', () => copied.includes('row 45'));
});

test('a border is dragged, its programs get their new sizes, and it is there the next time', async () => {
  const first = await curtain({ cols: 200, rows: 50 });
  first.type('\x1b[<0;141;5M\x1b[<32;121;6M\x1b[<0;121;6m');
  await first.stagehand.until(
    'the architect has 58 columns',
    (frame) => frame.type === 'resize' && frame.agent === 'architect' && frame.cols === 58,
  );
  first.stagehand.heard.length = 0;
  first.stagehand.terminals.get('architect')?.screen.resize({ cols: 80, rows: 24 });
  const again = await first.open({ cols: 200, rows: 50 });
  await again.shows('architect');
  expect(first.stagehand.heard).toContainEqual(
    expect.objectContaining({ type: 'resize', agent: 'architect', cols: 58 }),
  );
  await again.close();
});

test('on a Linux console everything is ASCII in 16 colours, the programs as well', async () => {
  const { stagehand, shows, screen, text } = await curtain({ cols: 120, rows: 35 }, { TERM: 'linux' });
  await shows('+ 1 architect * working -');
  stagehand.writes('architect', '\r\n\x1b[38;2;250;10;10m╭─ ✻ thinking… ─╮\x1b[m 世界');
  await shows('+- * thinking~ -+ ? ?');
  expect(text()).toMatch(/^[ -~\n]*$/);
  const cells = new Uint32Array(120 * 4);
  for (let y = 0; y < 35; y += 1) {
    screen.readRow(y, cells, 0);
    for (let at = 1; at < cells.length; at += 4) expect(((cells[at] ?? 0) >>> 24) & 3).toBeLessThan(2);
  }
});

test('a light background gets colours that can be read on it', async () => {
  const { until, screen } = await curtain({ cols: 120, rows: 35 }, {}, (bytes) =>
    bytes.replace(/\x1b\]11;[^\x1b\x07]*/, '\x1b]11;rgb:ffff/ffff/ffff'),
  );
  const cells = new Uint32Array(120 * 4);
  await until('the focused frame has the dark cyan of the light theme', () => {
    screen.readRow(0, cells, 0);
    return ((cells[1] ?? 0) & 0x3ffffff) === (0x2000000 | 30);
  });
});

test('a terminal that draws glyphs in other widths keeps its rows straight, and one that draws lines so gets ASCII', async () => {
  let tries = 0;
  const { stagehand, shows } = await curtain({ cols: 120, rows: 35 }, {}, (bytes) =>
    // The fifth that is tried is a family of three, drawn here as three.
    bytes.replace(/\x1b\[2;\d+R/g, (report) => (++tries === 5 ? '\x1b[2;7R' : report)),
  );
  stagehand.writes('architect', '\r\n[👩\u200d👩\u200d👧]');
  await shows('[👩]');
  await play.close();
  const second = await curtain({ cols: 120, rows: 35 }, {}, (bytes) =>
    bytes.replace(/\x1b\[2;4R/g, '\x1b[2;7R'),
  );
  await second.shows('this terminal draws lines in other widths');
  await second.shows('+ 1 architect *');
});

test('the program that has the keyboard may copy to the clipboard, another one may not', async () => {
  const { stagehand, shows, screen, until } = await curtain();
  const copied: string[] = [];
  screen.onClipboard((text) => copied.push(text));
  const osc52 = (text: string) => `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
  stagehand.writes('backend', `${osc52('not this')}done`);
  await shows('done');
  stagehand.writes('architect', osc52('take this'));
  await until('the text is on the clipboard', () => copied.length > 0);
  expect(copied).toEqual(['take this']);
  await shows('architect copied 9 characters');
});
