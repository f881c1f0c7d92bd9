import { describe, expect, test } from 'vitest';
import { verbs } from '../../src/cli/verbs.ts';
import { commands } from '../../src/commands/index.ts';
import { reduce } from '../../src/core/reduce.ts';
import { inShell, shellVerbs } from '../../src/tui/shell-verbs.ts';
import { stateChanged } from '../../src/tui/step.ts';
import { initialUi } from '../../src/tui/ui.ts';
import { keymapOf, Person } from './stage.ts';
import { busy, fold, now, stamp, started, team } from './team.ts';

describe('typing', () => {
  test('goes to the focused agent, every key of it', () => {
    const person = new Person();
    for (const key of ['a', 'enter', 'up', 'ctrl-c', 'ctrl-d', 'escape', 'tab', '?'])
      expect(person.press(key)).toEqual([{ type: 'type', agent: 'architect' }]);
  });

  test('goes on to the agent that gets the focus', () => {
    const person = new Person();
    person.press('^ right');
    expect(person.press('x')).toEqual([{ type: 'type', agent: 'backend' }]);
  });

  test('a paste is typed, and a list refuses it', () => {
    const person = new Person();
    expect(person.paste('two\nlines')).toEqual([{ type: 'type', agent: 'architect' }]);
    person.press('^ b');
    expect(person.paste('text')).toEqual([]);
    expect(person.ui.toast?.text).toBe('a list takes no text');
  });

  test('the leader twice sends the leader', () => {
    const person = new Person();
    expect(person.press('^ ^')).toEqual([{ type: 'type', agent: 'architect' }]);
    expect(person.ui.mode.type).toBe('typing');
  });
});

describe('focus', () => {
  test('moves by direction, over terminals and lists, and stays at the edge', () => {
    const person = new Person();
    const walk = (keys: string) => {
      person.press(keys);
      return person.at;
    };
    expect(walk('^ right')).toBe('backend');
    expect(walk('^ down')).toBe('tester');
    expect(walk('^ h')).toBe('frontend');
    expect(walk('^ left')).toBe('frontend');
    expect(walk('^ k')).toBe('architect');
    expect(walk('^ l ^ l')).toBe('board');
    expect(walk('^ down ^ down')).toBe('log');
    expect(walk('^ left')).toBe('tester');
  });

  test('moves by number after the leader, and with alt at once', () => {
    const person = new Person();
    person.press('^ 3');
    expect(person.at).toBe('frontend');
    expect(person.press('alt-2')).toEqual([]);
    expect(person.at).toBe('backend');
    person.press('^ 9');
    expect(person.ui.toast).toMatchObject({ text: 'there is no pane 9: there are 4', tone: 'refused' });
  });

  test('moves in turn with tab', () => {
    const person = new Person();
    const seen = Array.from({ length: 7 }, () => {
      person.press('^ tab');
      return person.at;
    });
    expect(seen).toEqual(['backend', 'frontend', 'tester', 'board', 'attention', 'log', 'architect']);
    person.press('^ shift-tab');
    expect(person.at).toBe('log');
  });

  test('reaches agents without a pane, which then get one', () => {
    const person = new Person({ cols: 80, rows: 24 });
    person.press('^ 4');
    expect(person.view.panes.map((pane) => ('agent' in pane ? pane.agent : pane.pane))).toEqual(['tester']);
    expect(person.view.arrangement.strip?.agents).toEqual(['architect', 'backend', 'frontend']);
  });
});

describe('the command layer', () => {
  test('zooms the focused pane, and back', () => {
    const person = new Person();
    person.press('^ 2 ^ z');
    expect(person.view.panes).toHaveLength(1);
    person.press('^ z');
    expect(person.view.panes).toHaveLength(7);
  });

  test('goes to whoever needs you, one after the other', () => {
    const person = new Person();
    person.press('^ a');
    expect(person.at).toBe('tester');
    person.press('^ a');
    expect(person.words).toEqual(['inbox person']);
    person.press('^ a');
    expect(person.at).toBe('tester');
  });

  test('says so when nobody needs you', () => {
    const person = new Person({ state: fold(started) });
    person.press('^ a');
    expect(person.ui.toast?.text).toBe('nothing waits for you');
  });

  test('nudges the focused agent', () => {
    const person = new Person();
    person.press('^ 2 ^ n');
    expect(person.words).toEqual(['nudge backend']);
  });

  test('asks for the message in one line and sends it', () => {
    const person = new Person();
    person.press('^ 2 ^ m');
    expect(person.ui.mode).toMatchObject({ type: 'entry', words: ['send', 'backend'] });
    person.press('"week datez" backspace s enter');
    expect(person.words).toEqual(['send backend week dates']);
    expect(person.ui.mode.type).toBe('typing');
  });

  test('sends nothing when the line is empty or left', () => {
    const person = new Person();
    expect(person.press('^ m enter')).toEqual([]);
    expect(person.press('^ m "no" escape')).toEqual([]);
    expect(person.ui.mode.type).toBe('typing');
  });

  test('keeps a line that begins with a dash from being read as a flag', () => {
    const person = new Person();
    person.press('^ q "--force is what?" enter');
    expect(person.effects).toEqual([
      { type: 'command', words: ['ask', '--', '--force is what?'], from: 'key' },
    ]);
  });

  describe('a new task', () => {
    const added = (line: string) => {
      const person = new Person();
      person.press('^ t');
      person.paste(line);
      person.press('enter');
      return person.effects.flatMap((effect) => (effect.type === 'command' ? [effect.words] : []))[0];
    };

    test('takes the flags of its command, before or after the title', () => {
      expect(added('date parser --to backend --needs t1')).toEqual([
        'task',
        'add',
        'date parser',
        '--to',
        'backend',
        '--needs',
        't1',
      ]);
      expect(added('--to backend date parser')).toEqual(['task', 'add', '--to', 'backend', 'date', 'parser']);
      expect(added('parser --text "in full, with `--json`"')).toEqual([
        'task',
        'add',
        'parser',
        '--text',
        'in full, with `--json`',
      ]);
    });

    test('has the title that was typed: with apostrophes and dashes, and with flags in quotes', () => {
      expect(added("don't --to backend")).toEqual(['task', 'add', "don't", '--to', 'backend']);
      expect(added('dates -- all of them')).toEqual(['task', 'add', 'dates -- all of them']);
      expect(added('"print --json" --to backend')).toEqual([
        'task',
        'add',
        'print --json',
        '--to',
        'backend',
      ]);
    });

    test('keeps the line when a flag is not understood', () => {
      const person = new Person();
      expect(person.press('^ t "parser --too backend" enter')).toEqual([]);
      expect(person.ui.toast?.text).toBe('`task add` has no flag --too: did you mean --to?');
      expect(person.ui.mode).toMatchObject({ type: 'entry', line: { text: 'parser --too backend' } });
    });

    test('is alone in that: a message is sent as it stands', () => {
      const person = new Person();
      person.press('^ m "try --to backend" enter');
      expect(person.effects).toEqual([
        { type: 'command', words: ['send', 'architect', 'try --to backend'], from: 'key' },
      ]);
    });
  });

  test('detaches', () => {
    expect(new Person().press('^ d')).toEqual([{ type: 'detach' }]);
  });

  test('says that a key means nothing, and escape leaves it', () => {
    const person = new Person();
    person.press('^ Q');
    expect(person.ui.toast).toMatchObject({ text: 'Q means nothing after the leader', tone: 'refused' });
    person.press('^ escape');
    expect(person.ui.mode.type).toBe('typing');
  });

  test('walks through the layouts', () => {
    const person = new Person();
    const names = Array.from({ length: 4 }, () => {
      person.press('^ L');
      return person.ui.layout;
    });
    expect(names).toEqual(['board', 'grid', 'stack', 'team']);
    person.press('^ :');
    person.press('"layout stack" enter');
    expect(person.ui.layout).toBe('stack');
  });

  test('runs what agents.yaml binds, with the focused agent filled in', () => {
    const person = new Person({ keymap: keymapOf('ctrl-b', { g: 'send {agent} please commit', d: '' }) });
    person.press('^ 3 ^ g');
    expect(person.words).toEqual(['send frontend please commit']);
    person.press('^ d');
    expect(person.ui.toast?.text).toBe('d means nothing after the leader');
  });
});

describe('the board', () => {
  test('chooses with the arrows and acts on the chosen task', () => {
    const person = new Person();
    person.press('^ b');
    expect(person.ui.chosen.board).toBe('t5');
    person.press('v');
    expect(person.words).toEqual(['review t5']);
    person.press('r "say why" enter');
    expect(person.words).toEqual(['reject t5 --reason say why']);
    person.press('down down');
    expect(person.ui.chosen.board).toBe('t2');
    person.press('enter');
    expect(person.words).toEqual(['task show t2']);
    person.press('n');
    expect(person.words).toEqual(['nudge backend']);
  });

  test('asks before it approves, and approves the commit that it asked about', () => {
    const person = new Person();
    expect(person.press('^ b a')).toEqual([]);
    expect(person.ui.mode).toMatchObject({
      type: 'entry',
      title: 'approve t5 "Document the date format" at ddddddd?',
    });
    person.press('enter');
    expect(person.words).toEqual([`approve t5 --commit ${'d'.repeat(40)}`]);
    person.press('a "well done" enter');
    expect(person.words).toEqual([`approve t5 --commit ${'d'.repeat(40)} --note well done`]);
    expect(person.press('a "well" escape')).toEqual([]);
    expect(person.ui.mode.type).toBe('typing');
    expect(person.at).toBe('board');
  });

  test('refuses at once to approve or merge what is not there to be', () => {
    const person = new Person();
    person.press('^ b m');
    expect(person.ui.toast?.text).toBe('t5 is not approved: it is submitted');
    person.press('down down a');
    expect(person.ui.toast?.text).toBe('t2 is working: nothing was submitted');
    expect(person.ui.mode.type).toBe('typing');
  });

  test('merges after a yes; any other key leaves', () => {
    const state = fold([...busy, { type: 'task.approved', task: 't5', commit: 'd'.repeat(40) }]);
    const person = new Person({ state });
    person.ui = { ...person.ui, chosen: { ...person.ui.chosen, board: 't5' } };
    expect(person.press('^ b m')).toEqual([]);
    person.press('enter');
    expect(person.words).toEqual(['merge t5']);
    expect(person.press('m x')).toEqual([]);
    expect(person.ui.mode.type).toBe('typing');
    person.press('m');
    person.paste('some text');
    expect(person.ui.mode.type).toBe('typing');
  });

  test('the attention list asks as well before it merges', () => {
    const byHand = busy.map((fact) => (fact.type === 'team.declared' ? { ...fact, auto: false } : fact));
    const state = fold([...byHand, { type: 'task.approved', task: 't5', commit: 'd'.repeat(40) }]);
    const person = new Person({ state });
    person.ui = { ...person.ui, chosen: { ...person.ui.chosen, attention: 'task t5' } };
    expect(person.press('^ : "focus attention" enter enter')).toEqual([]);
    expect(person.ui.mode).toMatchObject({ title: 'merge t5 "Document the date format" at ddddddd?' });
    person.press('enter');
    expect(person.words).toEqual(['merge t5']);
  });

  test('cancels after a yes, with the reason if there is one, and says what goes with it', () => {
    const person = new Person();
    person.press('^ b down x');
    expect(person.ui.mode).toMatchObject({ title: 'cancel t1 "ISO dates everywhere" with its open tasks?' });
    expect(person.press('escape')).toEqual([]);
    person.press('down x enter');
    expect(person.words).toEqual(['task cancel t2 --reason not wanted any more']);
    person.press('x "done by hand" enter');
    expect(person.words).toEqual(['task cancel t2 --reason done by hand']);
  });

  test('escape and the board key go back to the terminal', () => {
    const person = new Person();
    person.press('^ 2 ^ b escape');
    expect(person.at).toBe('backend');
    person.press('^ b ^ b');
    expect(person.at).toBe('backend');
  });

  test('fills a small screen while it has the focus', () => {
    const person = new Person({ cols: 80, rows: 24 });
    person.press('^ b');
    expect(person.view.panes).toHaveLength(1);
    person.press('escape');
    expect(person.at).toBe('architect');
  });
});

test('an attention row runs what resolves it', () => {
  const person = new Person();
  person.press('^ 1 ^ l ^ l ^ down');
  expect(person.at).toBe('attention');
  person.press('enter');
  expect(person.at).toBe('tester');
});

test('a message of the log opens', () => {
  const person = new Person();
  person.press('^ : "focus log" enter');
  expect(person.at).toBe('log');
  person.press('enter');
  expect(person.words).toEqual(['inbox m-4']);
  person.press('up enter');
  expect(person.words).toEqual(['inbox m-3']);
});

describe('looking back', () => {
  test('starts with the leader, moves by keys, and ends with escape', () => {
    const person = new Person();
    expect(person.press('^ [')).toEqual([{ type: 'scroll', agent: 'architect', by: 'page-up' }]);
    expect(person.ui.mode).toMatchObject({ type: 'scroll', agent: 'architect' });
    expect(person.press('k')).toEqual([{ type: 'scroll', agent: 'architect', by: 'up' }]);
    expect(person.press('g')).toEqual([{ type: 'scroll', agent: 'architect', by: 'top' }]);
    expect(person.press('escape')).toEqual([{ type: 'scroll', agent: 'architect', by: 'bottom' }]);
    expect(person.ui.mode.type).toBe('typing');
  });

  test('typing returns to the program', () => {
    const person = new Person();
    person.press('^ [');
    expect(person.press('x')).toEqual([
      { type: 'scroll', agent: 'architect', by: 'bottom' },
      { type: 'type', agent: 'architect' },
    ]);
  });
});

describe('the palette', () => {
  test('finds a command by its letters and asks for what it needs', () => {
    const person = new Person();
    person.press('^ : "agsta" enter');
    expect(person.ui.mode).toMatchObject({ type: 'palette', line: { text: 'agent start ' } });
    person.press('"ba" tab enter');
    expect(person.words).toEqual(['agent start backend']);
  });

  test('shows a refusal in its place and stays open', () => {
    const person = new Person();
    person.press('^ : "task show t99" enter');
    person.hears('task show t99', { ok: false, refusal: 'there is no task `t99`', hint: 'mcc task list' });
    expect(person.ui.mode).toMatchObject({ type: 'palette', refused: { refusal: 'there is no task `t99`' } });
    person.press('backspace');
    expect(person.ui.mode).toMatchObject({ refused: null });
  });

  test('refuses at once what no command understands, with the nearest one', () => {
    const person = new Person();
    person.press('^ : "statsu --all" enter');
    expect(person.ui.mode).toMatchObject({
      type: 'palette',
      refused: { refusal: '`statsu` is no command', hint: 'mcc status' },
    });
  });

  test('says of a verb of the command line that it is for a shell, and runs nothing else in its place', () => {
    for (const line of ['log -n 20', 'init', 'check', 'prune', 'keys', 'record backend']) {
      const person = new Person();
      expect(person.press(`^ : "${line}" enter`)).toEqual([]);
      expect(person.ui.mode).toMatchObject({
        type: 'palette',
        refused: { refusal: `\`${line}\` is not for the screen`, hint: `in a shell: mcc ${line}` },
      });
    }
  });

  test('knows every verb of the command line', () => {
    const own = verbs.map(({ name }) => name).filter((name) => !commands.has(name));
    expect(own.filter((name) => !shellVerbs.includes(name))).toEqual([]);
    expect(shellVerbs.filter((name) => commands.has(name))).toEqual([]);
    expect(inShell('log -f')).toBe('in a shell: mcc log -f');
    expect(inShell('logs')).toBeUndefined();
    expect(inShell('status')).toBeUndefined();
  });

  test('closes when the command is done, and says what came of it', () => {
    const person = new Person();
    person.press('^ : "nudge backend" enter');
    person.hears('nudge backend', { ok: true, text: 'm-9 queued for backend' });
    expect(person.ui.mode.type).toBe('typing');
    expect(person.ui.toast?.text).toBe('m-9 queued for backend');
  });

  test('offers the last lines again', () => {
    const person = new Person();
    person.press('^ : "focus tester" enter ^ : enter');
    expect(person.at).toBe('tester');
    expect(person.ui.history).toEqual(['focus tester']);
  });

  test('goes to an agent by its name alone', () => {
    const person = new Person();
    person.press('^ : "frontend" enter');
    expect(person.at).toBe('frontend');
  });
});

describe('the palette finds', () => {
  const first = (typed: string) => {
    const person = new Person();
    person.press(`^ : "${typed}" tab`);
    const { mode } = person.ui;
    return mode.type === 'palette' ? mode.line.text : '';
  };

  test('tasks by id and title, agents by name, branches by theirs', () => {
    expect(first('t4')).toBe('task show t4');
    expect(first('leap years')).toBe('task show t4');
    expect(first('tester')).toBe('focus tester');
    expect(first('mcc/backend')).toBe('review t2');
    expect(first('mcc/arch')).toBe('focus architect');
  });

  test('the words that a command about the screen takes', () => {
    expect(first('layout g')).toBe('layout grid');
    expect(first('pane split d')).toBe('pane split down');
    expect(first('pane split down at')).toBe('pane split down attention');
    expect(first('pane scroll prev')).toBe('pane scroll previous-prompt');
  });
});

describe('the mouse', () => {
  test('runs what the palette offers, and completes what needs more', () => {
    const person = new Person();
    person.press('^ : "nudge"');
    person.mouse('press', 30, 6);
    expect(person.ui.mode).toMatchObject({ type: 'palette', line: { text: 'nudge ' } });
    person.mouse('press', 30, 7);
    expect(person.words).toEqual(['nudge backend']);
    person.ui = { ...person.ui, mode: { type: 'typing' } };
    person.press('^ :');
    person.mouse('press', 2, 30);
    expect(person.ui.mode.type).toBe('typing');
  });

  test('is as good as a key on the panel of the leader and at the edge of a list', () => {
    const person = new Person();
    person.mouse('press', 110, 34);
    expect(person.ui.mode.type).toBe('leader');
    person.mouse('press', 6, 26);
    expect(person.at).toBe('board');
    person.mouse('press', 100, 14);
    expect(person.words).toEqual(['review t5']);
  });

  test('leads from the status line to what needs the person', () => {
    const person = new Person();
    person.mouse('press', 85, 34);
    expect(person.at).toBe('tester');
  });
});

test('a long answer opens as a page that scrolls within its bounds', () => {
  const person = new Person();
  const text = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
  person.hears('review t5', { ok: true, text });
  expect(person.ui.mode).toMatchObject({ type: 'page', title: 'review t5', top: 0 });
  person.press('up');
  expect(person.ui.mode).toMatchObject({ top: 0 });
  person.press('pagedown');
  expect(person.ui.mode).toMatchObject({ top: 28 });
  person.press('G');
  expect(person.ui.mode).toMatchObject({ top: 72 });
  person.press('q');
  expect(person.ui.mode.type).toBe('typing');
});

test('an answer never takes the line that is being typed away', () => {
  const person = new Person();
  person.press('^ m "half a sent"');
  person.hears('review t5', { ok: true, text: 'a\nb' });
  expect(person.ui.mode).toMatchObject({ type: 'entry', line: { text: 'half a sent' } });
});

describe('when the team changes', () => {
  test('an agent that newly needs the person alerts once, until it is looked at', () => {
    const before = fold(busy.slice(0, -1));
    const asks = stamp(
      { type: 'agent.reported', agent: 'tester', source: 'hook', status: 'needs-you', reason: 'a plan' },
      before.seq + 1,
    );
    const state = reduce(before, asks);
    const first = stateChanged(initialUi('team'), before, { state, now });
    expect(first.alerts).toEqual(['tester needs you: a plan']);
    expect(first.ui.fresh).toEqual(['tester']);
    const again = stateChanged(first.ui, state, { state, now });
    expect(again.alerts).toEqual([]);
    const person = new Person({ state });
    person.ui = { ...person.ui, fresh: ['tester'] };
    person.press('^ 4');
    expect(person.ui.fresh).toEqual([]);
  });

  test('the focus leaves an agent that is gone', () => {
    const person = new Person();
    person.press('^ 4');
    const state = team();
    const { tester: _gone, ...agents } = state.agents;
    const { ui } = stateChanged(person.ui, state, { state: { ...state, agents }, now });
    expect(ui.focus).toEqual({ agent: 'architect' });
  });
});
