// Keys in, a draft out: the line a person types into.

const sequences = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[3~': 'delete',
};
const controls = {
  '\r': 'enter',
  '\n': 'newline',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x15': 'clear',
  '\x03': 'interrupt',
  '\x04': 'end-of-input',
  '\x01': 'home',
  '\x05': 'end',
};

/** Splits what the terminal sends into keys; a sequence cut off at the end of a chunk waits for the next one. */
export class Keys {
  #rest = '';
  #paste = null;

  *read(chunk) {
    let text = this.#rest + chunk;
    this.#rest = '';
    while (text !== '') {
      if (this.#paste !== null) {
        const end = text.indexOf('\x1b[201~');
        this.#paste += end < 0 ? text : text.slice(0, end);
        if (end < 0) return;
        yield { key: 'text', text: this.#paste.replace(/\r\n?/g, '\n') };
        this.#paste = null;
        text = text.slice(end + 6);
      } else if (text === '\x1b') {
        yield { key: 'escape' };
        return;
      } else if (text[0] === '\x1b') {
        const found = /^\x1b(\[[0-9;?<]*[A-Za-z~]|O[A-Za-z]|[^[O])/.exec(text);
        if (!found) {
          this.#rest = text;
          return;
        }
        text = text.slice(found[0].length);
        if (found[1] === '[200~') this.#paste = '';
        else if (found[1] === '[I' || found[1] === '[O') yield { key: found[1] === '[I' ? 'focus' : 'blur' };
        else if (sequences[found[1].replace(/^O/, '[')])
          yield { key: sequences[found[1].replace(/^O/, '[')] };
      } else {
        const character = String.fromCodePoint(text.codePointAt(0));
        text = text.slice(character.length);
        if (controls[character]) yield { key: controls[character] };
        else if (character >= ' ') yield { key: 'text', text: character };
      }
    }
  }
}

/** The draft and its cursor, in characters. */
export class Composer {
  characters = [];
  cursor = 0;

  get text() {
    return this.characters.join('');
  }

  clear() {
    this.characters = [];
    this.cursor = 0;
  }

  insert(text) {
    const added = [...text];
    this.characters.splice(this.cursor, 0, ...added);
    this.cursor += added.length;
  }

  /** @returns whether the key was one of editing */
  press({ key, text }) {
    const last = this.characters.length;
    if (key === 'text') this.insert(text);
    else if (key === 'newline') this.insert('\n');
    else if (key === 'backspace' && this.cursor > 0) this.characters.splice(--this.cursor, 1);
    else if (key === 'delete') this.characters.splice(this.cursor, 1);
    else if (key === 'clear') this.clear();
    else if (key === 'left') this.cursor = Math.max(0, this.cursor - 1);
    else if (key === 'right') this.cursor = Math.min(last, this.cursor + 1);
    else if (key === 'home') this.cursor = 0;
    else if (key === 'end') this.cursor = last;
    else return false;
    return true;
  }
}
