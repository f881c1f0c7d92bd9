import { expect, test } from 'vitest';
import { kinds } from '../../src/agents/index.ts';
import { Terminal } from '../../src/supervisor/terminal.ts';
import { submitDraft, typeDraft, typedPart, typeRest } from '../../src/supervisor/typing.ts';
import type { Session } from '../../src/term/pty.ts';

const { claude } = kinds;
const { typing } = claude;
const writesOf = (text: string) => typing?.(text) ?? [];

/** A program with a composer, as a pty that the test holds: it draws after each write, at once or when told to. */
class Fake implements Session {
  readonly pid = 0;
  draft = '';
  sent: string[] = [];
  writes: string[] = [];
  deaf = 0;
  onWrite: (text: string) => void = () => {};
  #show: (data: Uint8Array) => void = () => {};

  onData(listener: (data: Uint8Array) => void): void {
    this.#show = listener;
  }

  onExit(): void {}
  resize(): void {}
  pause(): void {}
  resume(): void {}
  kill(): void {}

  write(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString();
    this.writes.push(text);
    this.take(text);
    this.draw();
    this.onWrite(text);
  }

  take(text: string): void {
    for (const key of text) {
      if (key !== '\r') this.draft += key;
      else if (this.deaf > 0) this.deaf -= 1;
      else {
        this.sent.push(this.draft);
        this.draft = '';
      }
    }
  }

  draw(text = this.draft): void {
    const rule = '─'.repeat(80);
    const rows = text.split('\n').join('\r\n  ');
    this.#show(Buffer.from(`\x1b[H\x1b[2J${rule}\r\n❯ ${rows}\x1b[7m \x1b[27m\r\n${rule}`));
  }

  show(text: string): void {
    this.#show(Buffer.from(text));
  }
}

function open(): { fake: Fake; terminal: Terminal } {
  const fake = new Fake();
  const terminal = new Terminal('ann', 's', claude, fake, { cols: 80, rows: 24 }, 0);
  fake.draw();
  return { fake, terminal };
}

const type = (terminal: Terminal, text: string): Promise<string> =>
  terminal.alone(async () => {
    const draft = await typeDraft(terminal, writesOf(text));
    if (draft === 'typed') await submitDraft(terminal, writesOf(text), '\r');
    return draft;
  });

test('a text is typed in pieces, and sent by a write of its own when the screen shows it', async () => {
  const { fake, terminal } = open();
  const text = `${'wörter und so '.repeat(60)}\nnext line`.replaceAll(' \n', '\n');
  fake.draw = (shown = fake.draft) => {
    const rows = shown.split('\n').flatMap((line) => line.match(/.{1,76}/gu) ?? ['']);
    Fake.prototype.draw.call(fake, rows.join('\n'));
  };
  expect(await type(terminal, text)).toBe('typed');
  expect(fake.sent).toEqual([text]);
  expect(fake.writes.at(-1)).toBe('\r');
  expect(fake.writes.slice(0, -1).every((piece) => piece.length <= 256)).toBe(true);
});

test("the person's keys wait while mcc types, and follow in order once the composer has let go of its text", async () => {
  const { fake, terminal } = open();
  fake.onWrite = (text) => {
    if (text !== 'hello') return;
    terminal.input(Buffer.from('a'));
    terminal.input(Buffer.from('b'));
  };
  expect(await type(terminal, 'hello')).toBe('typed');
  expect(fake.sent).toEqual(['hello']);
  expect(fake.writes).toEqual(['hello', '\r', 'a', 'b']);
  expect(fake.draft).toBe('ab');
});

test('a key that was swallowed is pressed again, at most three times', async () => {
  const { fake, terminal } = open();
  fake.deaf = 1;
  expect(await type(terminal, 'hello')).toBe('typed');
  expect(fake.writes).toEqual(['hello', '\r', '\r']);
  fake.deaf = 100;
  expect(await type(terminal, 'again')).toBe('typed');
  expect(fake.writes.slice(3)).toEqual(['again', '\r', '\r', '\r']);
});

test('nothing is typed where something stands already, nor into a dialog', async () => {
  const { fake, terminal } = open();
  fake.draft = 'mine';
  fake.draw();
  expect(await type(terminal, 'hello')).toBe('occupied');
  fake.show('\x1b[H\x1b[2JMay I?\r\n❯ 1. Yes\r\n  2. No');
  expect(await type(terminal, 'hello')).toBe('occupied');
  expect(fake.writes).toEqual([]);
});

test('a text that does not stand alone in the composer is not sent', async () => {
  const { fake, terminal } = open();
  fake.onWrite = () => fake.draw(`x${fake.draft}`);
  expect(await type(terminal, 'hello')).toBe('mixed');
  expect(fake.sent).toEqual([]);
});

test('when a dialog opens under the typing, nothing is sent', async () => {
  const { fake, terminal } = open();
  fake.onWrite = () => fake.show('\x1b[H\x1b[2JMay I?\r\n❯ 1. Yes\r\n  2. No');
  expect(await type(terminal, 'hello')).toBe('mixed');
  expect(fake.writes).toEqual(['hello']);
});

test('of a text that was typed in part, the rest is typed; of anything else, nothing counts as typed', async () => {
  const { fake, terminal } = open();
  const lines = Array.from({ length: 15 }, (_, at) => `line ${at} of a text that has quite a few of them`);
  const writes = writesOf(lines.join('\n'));
  expect(writes.length).toBeGreaterThan(2);
  expect(typedPart(terminal, writes)).toBe(0);
  for (const { bytes } of writes.slice(0, 2)) fake.write(Buffer.from(bytes));
  expect(typedPart(terminal, writes)).toBe(2);
  expect(await typeRest(terminal, writes.slice(2), writes)).toBe('typed');
  expect(typedPart(terminal, writes)).toBe(writes.length);
  fake.write(Buffer.from('and mine'));
  expect(typedPart(terminal, writes)).toBe(0);
});

test('a program of which nobody knows whether it believes to have the keyboard is told so before its composer is read', () => {
  const { fake, terminal } = open();
  fake.take = () => {};
  terminal.doubtFocus();
  expect(terminal.composer()).toEqual({ state: 'absent' });
  expect(fake.writes).toEqual(['\x1b[I']);
  expect(terminal.composer()).toEqual({ state: 'empty' });
});
