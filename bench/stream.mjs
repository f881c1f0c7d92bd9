// Writes a text again and again at so many bytes a second, a piece of some lines every 20 ms: node stream.mjs FILE RATE MARK
import { readFileSync, writeSync } from 'node:fs';

const [file, rate, mark] = process.argv.slice(2);
const text = readFileSync(file);
const piece = Math.round(Number(rate) / 50);
let at = (process.pid * 7919) % (text.length - piece);
writeSync(1, mark);
setInterval(() => {
  let end = text.indexOf('\n', at + piece) + 1;
  if (end === 0) end = text.length;
  writeSync(1, text.subarray(at, end));
  at = end + piece < text.length ? end : 0;
}, 20);
