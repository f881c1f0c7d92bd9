import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/event.ts';
import { CELL, glyphText } from '../../src/term/cells.ts';
import { difference, type Frame } from '../../src/term/compose.ts';
import { chrome, overlay } from '../../src/tui/chrome.ts';
import { helpText } from '../../src/tui/help.ts';
import { draw } from '../../src/tui/surface.ts';
import { receiptMarks, type Theme, themes } from '../../src/tui/theme.ts';
import { overlayRect } from '../../src/tui/view.ts';
import { keymapOf, Person } from './stage.ts';
import { busy, fold, started } from './team.ts';

process.env.TZ = 'UTC';

/** The rows of a frame, blanks at their ends left out. */
const rowsOf = ({ cols, rows, cells }: Frame): string[] =>
  Array.from({ length: rows }, (_, y) =>
    Array.from({ length: cols }, (_, x) => glyphText(cells[(y * cols + x) * CELL] ?? 0))
      .join('')
      .trimEnd(),
  );

const textOf = (frame: Frame): string => `\n${rowsOf(frame).join('\n')}\n`;

const pictureOf = ({ view }: Person, theme: Theme = themes.dark): Frame =>
  draw(view.size, chrome(view), theme);

const drawn = (person: Person): string => textOf(pictureOf(person));

function overlaid({ view }: Person): string {
  const rect = overlayRect(view);
  return rect ? textOf(draw(rect, overlay(view, rect), themes.dark)) : 'none';
}

describe('the chrome', () => {
  test('shows terminals, board, what needs you and messages', () => {
    expect(drawn(new Person())).toMatchInlineSnapshot(`
      "
      ╭ 1 architect ● working ─────────────────╮╭ 2 backend ● working · t2 Parser f… ────╮╭ board ───────────────────── 0/5 ─╮
      │                                        ││                                        ││ review                           │
      │                                        ││                                        ││ ◐ t5 Document the date… frontend │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││ working                          │
      │                                        ││                                        ││ ● t1 ISO dates everyw… architect │
      │                                        ││                                        ││ ● t2 Parser for ISO dat… backend │
      │                                        ││                                        ││ ● t4 Tests for leap years tester │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││ waits                            │
      │                                        ││                                        ││ ○ t3 Page that uses the pa… ← t2 │
      │                                        ││                                        ││ ○ t6 Settings page read… ← t2 t3 │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        │╰──────────────────────────────────╯
      │                                        ││                                        │╭ needs you 2 ─────────────────────╮
      ╰ ✉ 1 on the way ────────────────────────╯╰────────────────────────────────────────╯│ ◆ tester needs you: may it run   │
      ╭ 3 frontend ○ idle · t5 submitted ──────╮╭ 4 tester ◆ needs you: may it run … ────╮│   \`npm test\`?                    │
      │                                        ││                                        ││   → focus tester                 │
      │                                        ││                                        ││ ✉ 1 message for you, from        │
      │                                        ││                                        ││   architect: Plan for t1: four   │
      │                                        ││                                        ││   → mcc inbox person             │
      │                                        ││                                        │╰──────────────────────────────────╯
      │                                        ││                                        │╭ messages ────────────────────────╮
      │                                        ││                                        ││ architect → backend Use Tempo… ✓ │
      │                                        ││                                        ││ backend → architect Week date… › │
      │                                        ││                                        ││ architect → you Plan for t1: … · │
      │                                        ││                                        ││ mcc → tester Task t4: Tests f… ‖ │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      ╰────────────────────────────────────────╯╰ ✉ 1 held: a dialog is open ────────────╯╰──────────────────────────────────╯
       mcc  dates · main bbbbbbb   ○ 1  ● 2  ◆ 1                                        ◆ 2 need you  ctrl-space for commands
      "
    `);
  });

  test('keeps what matters on a small screen', () => {
    expect(drawn(new Person({ cols: 80, rows: 24 }))).toMatchInlineSnapshot(`
      "
      ╭ 1 architect ● working ────────────────────────────────── mcc/architect/work ─╮
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      ╰ ✉ 1 on the way ──────────────────────────────────────────────────────────────╯
       2 backend ●   3 frontend ○   4 tester ◆
       mcc  dates · main bbbbbbb   ○ 1  ● 2  ◆ 1                      ◆ 2  ctrl-space
      "
    `);
  });

  test('works at the smallest size', () => {
    expect(drawn(new Person({ cols: 60, rows: 16 }))).toMatchInlineSnapshot(`
      "
      ╭ 1 architect ● working ────────────── mcc/architect/work ─╮
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      ╰ ✉ 1 on the way ──────────────────────────────────────────╯
       2 backend ●   3 frontend ○   4 tester ◆
       mcc  dates · main bbbbbbb   ○ 1  ● 2  ◆ 1  ◆ 2  ctrl-space
      "
    `);
  });

  test('says calmly that the terminal is too small', () => {
    expect(drawn(new Person({ cols: 50, rows: 8 }))).toMatchInlineSnapshot(`
      "


                       mcc needs 60×16
                    this terminal has 50×8
                       the agents go on



      "
    `);
  });

  test('gives every stage a column when the board is wide', () => {
    const person = new Person({ cols: 160, rows: 50, layout: 'board' });
    person.press('^ b down');
    expect(drawn(person).split('\n').slice(1, 12).join('\n')).toMatchInlineSnapshot(`
      "╭ board ─────────────────────────────────────────────────────────────────────────────────────────── 0/5 ─╮╭ needs you 2 ───────────────────────────────────────╮
      │ ○ waits 2           ● working 3         ◐ review 1          ◑ merging           ✓ done                 ││ ◆ tester needs you: may it run \`npm test\`?         │
      │ t3 Page that uses… ▌t1 ISO dates ever…  t5 Document the d…                                             ││   → focus tester                                   │
      │  ← t2                architect           frontend                                                      ││ ✉ 1 message for you, from architect: Plan for t1:  │
      │ t6 Settings page …  t2 Parser for ISO…                                                                 ││   four tasks, two of them wait for the parser      │
      │  ← t2 t3             backend                                                                           ││   → mcc inbox person                               │
      │                     t4 Tests for leap…                                                                 ││                                                    │
      │                      tester                                                                            ││                                                    │
      │                                                                                                        ││                                                    │
      │                                                                                                        │╰────────────────────────────────────────────────────╯
      │                                                                                                        │╭ messages ──────────────────────────────────────────╮"
    `);
  });

  test('is calm before anything happened', () => {
    const person = new Person({ state: fold(started.slice(0, 3)) });
    expect(drawn(person)).toMatchInlineSnapshot(`
      "
      ╭ 1 architect ◌ starting ────────────────╮╭ 2 backend ◌ starting ──────────────────╮╭ board ───────────────────────────╮
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││ no tasks yet                     │
      │                                        ││                                        ││ t new task · q ask the architect │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │        ◌ architect is starting         ││         ◌ backend is starting          ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        │╰──────────────────────────────────╯
      │                                        ││                                        │╭ needs you ───────────────────────╮
      ╰────────────────────────────────────────╯╰────────────────────────────────────────╯│ ✓ nothing waits for you          │
      ╭ 3 frontend ◌ starting ─────────────────╮╭ 4 tester ◌ starting ───────────────────╮│                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        │╰──────────────────────────────────╯
      │                                        ││                                        │╭ messages ────────────────────────╮
      │         ◌ frontend is starting         ││          ◌ tester is starting          ││ no messages yet                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      │                                        ││                                        ││                                  │
      ╰────────────────────────────────────────╯╰────────────────────────────────────────╯╰──────────────────────────────────╯
       mcc  dates · main bbbbbbb   ◌ 4                                                                ctrl-space for commands
      "
    `);
  });

  test('says what to do about an agent that crashed, and why a task is held', () => {
    const facts: Fact[] = [
      ...busy,
      {
        type: 'session.exited',
        agent: 'backend',
        session: 's-backend',
        code: 1,
        signal: null,
        reason: 'exited',
      },
      { type: 'task.held', task: 't4', reason: 'its worktree has 3 uncommitted files' },
      { type: 'effect.failed', effect: 'worktree backend', error: 'git worktree add: exit 128' },
    ];
    const person = new Person({ state: fold(facts), cols: 100, rows: 40 });
    person.press('^ 2');
    expect(drawn(person)).toMatchInlineSnapshot(`
      "
      ╭ 1 architect ● working ──────────────────── mcc/architect/work ─╮╭ board ─────────────────── 0/5 ─╮
      │                                                                ││ review                         │
      │                                                                ││ ◐ t5 Document the da… frontend │
      │                                                                ││                                │
      │                                                                ││ working                        │
      │                                                                ││ ● t1 ISO dates ever… architect │
      │                                                                ││ ● t2 Parser for ISO d… backend │
      │                                                                ││ ‖ t4 Tests for leap ye… tester │
      │                                                                ││   held: its worktree has 3 unc…│
      │                                                                ││                                │
      │                                                                ││ waits                          │
      │                                                                ││ ○ t3 Page that uses the … ← t2 │
      ╰ ✉ 1 on the way ────────────────────────────────────────────────╯│ ○ t6 Settings page re… ← t2 t3 │
      ╭ 2 backend ✗ crashed: code 1 · t2 Parser for… ── ↑3 +112 −9 *2 ─╮│                                │
      │                                                                ││                                │
      │                                                                ││                                │
      │                                                                ││                                │
      │                                                                │╰────────────────────────────────╯
      │                 ✗ backend has crashed (code 1)                 │╭ needs you 4 ───────────────────╮
      │               ctrl-space :  agent start backend                ││ ✗ backend crashed: code 1      │
      │                                                                ││ ◆ tester needs you: may it run…│
      │                                                                ││ ✉ 1 message for you, from arch…│
      │                                                                ││ ◐ t4 held: its worktree has 3 …│
      │                                                                ││                                │
      │                                                                ││                                │
      ╰ ctrl-space : agent start backend ──────────────────────────────╯│                                │
      ╭ 3 frontend ○ idle · t5 submitted Document the d… ── ↑1 ↓1 +24 ─╮╰────────────────────────────────╯
      │                                                                │╭ messages ──────────────────────╮
      │                                                                ││ architect → backend Use Tem… ✓ │
      │                                                                ││ backend → architect Week da… › │
      │                                                                ││ architect → you Plan for t1… · │
      │                                                                ││ mcc → tester Task t4: Tests… ‖ │
      │                                                                ││ ! worktree backend: git workt… │
      │                                                                ││                                │
      │                                                                ││                                │
      │                                                                ││                                │
      │                                                                ││                                │
      ╰────────────────────────────────────────────────────────────────╯│                                │
       4 tester ◆                                                       ╰────────────────────────────────╯
       mcc  dates · main bbbbbbb   ○ 1  ● 1  ◆ 1  ✗ 1               ◆ 4 need you  ctrl-space for commands
      "
    `);
  });
});

test('what waits for an agent that ended, and how it is started, stand apart at its lower edge', () => {
  const state = fold([
    ...busy,
    {
      type: 'session.exited',
      agent: 'tester',
      session: 's-tester',
      code: 0,
      signal: null,
      reason: 'exited',
    },
    { type: 'message.held', id: 'm-4', reason: 'a shell takes no messages: it reads them with mcc inbox' },
  ]);
  const edge = (cols: number) => {
    const person = new Person({ state, cols, rows: 30 });
    person.press('^ 4 ^ z');
    return drawn(person).split('\n').at(-4);
  };
  expect([110, 80, 60].map(edge).join('\n')).toMatchInlineSnapshot(`
    "╰ ✉ 1 held: a shell takes no messages: it reads them with mcc inbox · ctrl-space : agent start tester ───────╯
    ╰ ✉ 1 held: a shell takes no messages: it r… · ctrl-space : agent start tester ╯
    ╰ ✉ 1 held: a shell tak… · ctrl-space : agent start tester ╯"
  `);
});

test('refused files stand in the messages by their own names, with the reason, those that are alike as one', () => {
  const refused = (path: string, reason: string): Fact => ({
    type: 'file.refused',
    file: `/tmp/some where/.mcc/inbox/${path}`,
    reason,
  });
  const state = fold([
    ...started,
    refused('alice/bad/ci.json', 'no `body`'),
    refused('alice/bad/ci.2.json', 'no `body`'),
    refused('alice/bad/note.json', '/tmp/some where/.mcc/inbox/alice/new/note.json:1:2: no JSON: a/b: c'),
    refused('alice/bad/ci.3.json', 'no `body`'),
    { type: 'effect.failed', effect: 'worktree backend', error: 'git worktree add: exit 128' },
  ]);
  const person = new Person({ state });
  const shown = drawn(person).split('\n').slice(25, 29);
  expect(shown.map((row) => row.slice(-36)).join('\n')).toMatchInlineSnapshot(`
    "│ ! note.json:1:2: no JSON: a/b: c │
    │ ! ci.json: no \`body\`          ×3 │
    │ ! worktree backend: git worktre… │
    │                                  │"
  `);
  person.press('^ : "focus log" enter up');
  expect(person.ui.chosen.log).toBe('note 0');
  expect(drawn(person)).toMatch(/▌! ci\.json: no `body` +×3 │/);
});

describe('overlays', () => {
  test('the leader names every key that may follow', () => {
    const person = new Person();
    person.press('^');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ ctrl-space then ─────────────────────────────────────────────────────────────────────────────────────────────────────╮
      │ a  next that needs you      q  ask the architect           |  split right                    d  detach               │
      │ z  zoom                     t  new task                    -  split down                   tab  next pane            │
      │ b  board                    i  messages for you            c  close                  shift-tab  previous pane        │
      │ n  nudge the agent          w  why this state              R  move borders           ←↓↑→ hjkl  pane by direction    │
      │ y  allow what it asks       [  look back           ctrl-←↓↑→  swap with neighbour          1–9  pane by number       │
      │ x  deny it, with a reason   /  search                      {  tab before            ctrl-space  send it to the agent │
      │ m  message to the agent     :  any command                 }  next tab                     esc  back                 │
      │ s  send what is held        L  next layout                 r  redraw                                                 │
      │ e  end its turn             =  layout as it was            ?  help                                                   │
      ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
      "
    `);
  });

  test('the palette lists what fits, and how it is used', () => {
    const person = new Person({ rows: 20 });
    person.press('^ : "task add"');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ commands ──────────────────────────────────────────────────────────────────────────────╮
      │ › task add                                                                             │
      │────────────────────────────────────────────────────────────────────────────────────────│
      │▌ task add                         Add a task for an agent, or for whoever is free      │
      │ task add <title…> [--to <agent>] [--needs <task>] [--text <text>] [--files <list>] [--…│
      ╰────────────────────────────────────────────────────────────────────────────────────────╯
      "
    `);
    person.press('" x --"');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ commands ──────────────────────────────────────────────────────────────────────────────╮
      │ › task add x --                                                                        │
      │────────────────────────────────────────────────────────────────────────────────────────│
      │▌ task add x --to                  agent that does it; default: the free one with the l…│
      │  task add x --needs               tasks that must have finished before                 │
      │  task add x --text                what is to be done, in full                          │
      │  task add x --files               files it is about                                    │
      │  task add x --parent              request or task it is part of                        │
      │  task add x --priority            one of low, normal, high, urgent                     │
      │  task add x --timeout             seconds it may take                                  │
      │ task add <title…> [--to <agent>] [--needs <task>] [--text <text>] [--files <list>] [--…│
      ╰────────────────────────────────────────────────────────────────────────────────────────╯
      "
    `);
  });

  test('the palette shows a refusal with its hint', () => {
    const person = new Person({ rows: 20 });
    person.press('^ : "mege t1" enter');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ commands ──────────────────────────────────────────────────────────────────────────────╮
      │ › mege t1                                                                              │
      │────────────────────────────────────────────────────────────────────────────────────────│
      │  no command, agent or task fits                                                        │
      │ \`mege\` is no command                                                       → mcc merge │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯
      "
    `);
  });

  test('the palette says how a verb of the command line is given', () => {
    const person = new Person({ rows: 20 });
    person.press('^ : "log -n 20"');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ commands ──────────────────────────────────────────────────────────────────────────────╮
      │ › log -n 20                                                                            │
      │────────────────────────────────────────────────────────────────────────────────────────│
      │  in a shell: mcc log -n 20                                                             │
      │ tab completes · enter runs · esc leaves                                                │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯
      "
    `);
    person.press('ctrl-u "check"');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ commands ──────────────────────────────────────────────────────────────────────────────╮
      │ › check                                                                                │
      │────────────────────────────────────────────────────────────────────────────────────────│
      │▌ focus architect                  mcc/architect/work                                   │
      │ in a shell: mcc check                                                                  │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯
      "
    `);
  });

  test('an entry says what it is for', () => {
    const person = new Person({ cols: 80, rows: 24 });
    person.press('^ m "日本 ok"');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ send architect · Send an agent (or \`person\`) a message ──────────────────╮
      │ › 日本 ok                                                                │
      ╰─────────────────────────────────────────────── enter sends · esc leaves ─╯
      "
    `);
  });

  test('the entry of a new task names the flags', () => {
    const person = new Person({ cols: 80, rows: 24 });
    person.press('^ t "date parser --to"');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ task add · Add a task for an agent, or for whoever is free ──────────────╮
      │ › date parser --to                                                       │
      │   --to --needs --text --files --parent --priority --timeout              │
      ╰─────────────────────────────────────────────── enter sends · esc leaves ─╯
      "
    `);
  });

  test('a question names the task and the commit, and what enter does', () => {
    const person = new Person({ cols: 80, rows: 24 });
    person.press('^ b a');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ approve t5 "Document the date format" at ddddddd? ───────────────────────╮
      │ ›                                                                        │
      │   a word to the author (optional)                                        │
      ╰──────────────────────────────── enter approves, mcc merges · esc leaves ─╯
      "
    `);
  });

  test('help says what the marks of messages mean', () => {
    const text = helpText(keymapOf());
    const marks = text.slice(text.indexOf('marks of messages'), text.indexOf('\nmouse'));
    expect(marks).toMatchInlineSnapshot(`
      "marks of messages
        ·            queued                   it waits for its turn
        ‖            held                     it waits: the lower edge of the pane says why
        ›            handed over              it was given to the agent
        ✓            accepted                 the agent took it up
        ↩            answered                 an answer came
        ×            dropped                  you took it out of the way
        !            failure                  a file was refused, or something did not work
      "
    `);
    for (const { symbol } of Object.values(receiptMarks)) expect(marks).toContain(`\n  ${symbol} `);
  });

  test('a page shows a text in part, and how far one is', () => {
    const person = new Person({ cols: 70, rows: 16 });
    const text = [
      '@@ -1,2 +1,2 @@',
      '-old',
      '+new',
      ...Array.from({ length: 20 }, (_, index) => `line ${index}`),
    ].join('\n');
    person.hears('review t5', { ok: true, text });
    person.press('down');
    expect(overlaid(person)).toMatchInlineSnapshot(`
      "
      ╭ review t5 ────────────────────────────────────────────── 43 % ─╮
      │ -old                                                           │
      │ +new                                                           │
      │ line 0                                                         │
      │ line 1                                                         │
      │ line 2                                                         │
      │ line 3                                                         │
      │ line 4                                                         │
      │ line 5                                                         │
      │ line 6                                                         │
      ╰─────────────────────────────────────────────────── esc leaves ─╯
      "
    `);
  });
});

describe('what others wrote', () => {
  const evil: Fact[] = [
    ...busy,
    {
      type: 'message.queued',
      message: {
        id: 'm-9',
        from: 'backend',
        to: 'person',
        kind: 'note',
        body: '\x1b[2J\x1b]0;owned\x07 wide: 日本語 👨‍👩‍👧 नि é ⚠️ end',
      },
    },
    {
      type: 'task.added',
      task: 't7',
      kind: 'work',
      title: '日本語のパーサー 👩‍💻 を書く',
      text: '',
      needs: [],
      priority: 'normal',
      files: [],
      to: 'backend',
    },
  ];

  test('moves no border, whatever its width', () => {
    const frame = pictureOf(new Person({ state: fold(evil), cols: 130, rows: 36 }));
    const edges = Array.from({ length: 35 }, (_, y) => glyphText(frame.cells[(y * 130 + 129) * CELL] ?? 0));
    expect(edges.join('')).toMatch(/^╮[│╮╯]+╯$/);
    expect(textOf(frame)).toContain('wide: 日本語');
  });

  test('is nothing that a terminal obeys', () => {
    const frame = pictureOf(new Person({ state: fold(evil), cols: 130, rows: 36 }));
    expect(difference(null, frame).replace(/\x1b\[[?\d;]*[mHGCXKJhl]/g, '')).not.toMatch(
      /[\x00-\x1f\x7f-\x9f]/,
    );
  });

  test('is drawn without colour when that is asked for', () => {
    const coloured = ({ cells }: Frame) =>
      cells.filter((word, at) => at % CELL === 1 && (word & 0x3000000) !== 0).length;
    expect(coloured(pictureOf(new Person()))).toBeGreaterThan(0);
    expect(coloured(pictureOf(new Person(), themes.none))).toBe(0);
  });
});
