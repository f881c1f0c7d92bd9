/**
 * A text for a terminal: control characters other than tab and line feed are shown as pictures (␛ for ESC), so that
 * what an agent or a file wrote never commands the person's terminal. C0 has pictures at U+2400 (Unicode, "Control
 * Pictures"); C1 and directional overrides, which can make a line read as another, have none and become �.
 */
export const visible = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/[\x00-\x08\x0b-\x1f]/g, (control) =>
      String.fromCodePoint(0x2400 + (control.codePointAt(0) ?? 0)),
    )
    .replaceAll('\x7f', '␡')
    .replace(/[\x80-\x9f\u202a-\u202e\u2066-\u2069]/g, '�');
