import type { Case } from '../case.ts';

const xt = (what: string) => `xterm ctlseqs, ${what}`;
const grid = 'aaaa\r\nbbbb\r\ncccc\r\ndddd\r\neeee';
const stbm = xt('DECSTBM, CSI Ps ; Ps r');
const decom = xt('DECOM, CSI ? 6 h');
const origin = `\x1b[2;4r\x1b[?6h`;
const shifted = 'adds the top margin once more, so that the cursor moves down with every step';

export const region: Case[] = [
  {
    name: 'DECSTBM homes the cursor, and only its lines scroll',
    source: stbm,
    size: [4, 5],
    bytes: `${grid}\x1b[2;4rX\x1b[4;1H\nY`,
    rows: ['Xaaa', 'cccc', 'dddd', 'Y', 'eeee'],
    history: [],
  },
  {
    name: 'margins at the top of the screen scroll into the history',
    source: stbm,
    size: [4, 5],
    bytes: `${grid}\x1b[1;3r\x1b[3;1H\nY`,
    rows: ['bbbb', 'cccc', 'Y', 'dddd', 'eeee'],
    history: ['aaaa'],
  },
  {
    name: 'DECSTBM without parameters, with zeros or beyond the screen is the whole screen',
    source: stbm,
    size: [4, 3],
    bytes: 'a\x1b[2;3r\x1b[r\x1b[3;1H\nb\x1b[0;0r\x1b[3;1H\nc\x1b[1;99r\x1b[3;1H\nd',
    rows: ['b', 'c', 'd'],
    history: ['a', '', ''],
  },
  {
    name: 'a region of less than two lines is refused',
    source: 'VT510 manual, DECSTBM (at least two lines)',
    size: [4, 3],
    bytes: 'a\r\nb\r\nc\x1b[2;2r\nd\x1b[3;2r.',
    rows: ['b', 'c', ' d.'],
    history: ['a'],
  },
  {
    name: 'RI at the top margin scrolls down inside the margins',
    source: xt('RI, DECSTBM'),
    size: [4, 5],
    bytes: `${grid}\x1b[2;4r\x1b[2;1H\x1bMX`,
    rows: ['aaaa', 'X', 'bbbb', 'cccc', 'eeee'],
  },
  {
    name: 'IL and DL work inside the margins, and not outside of them',
    source: xt('CSI Ps L, CSI Ps M'),
    size: [4, 5],
    bytes: `${grid}\x1b[2;4r\x1b[3;1H\x1b[L\x1b[5;1H\x1b[L\x1b[2;1H\x1b[M\x1b[1;1H\x1b[M`,
    rows: ['aaaa', '', 'cccc', '', 'eeee'],
  },
  {
    name: 'SU and SD scroll inside the margins, wherever the cursor is',
    source: xt('CSI Ps S, CSI Ps T'),
    size: [4, 5],
    bytes: `${grid}\x1b[2;4r\x1b[5;1H\x1b[S\x1b[1;1H\x1b[2T`,
    rows: ['aaaa', '', '', 'cccc', 'eeee'],
  },
  {
    name: 'text that wraps at the bottom margin scrolls the region',
    source: stbm,
    size: [4, 5],
    bytes: `${grid}\x1b[2;4r\x1b[4;1HABCDEF`,
    rows: ['aaaa', 'cccc', 'ABCD', 'EF', 'eeee'],
  },
  {
    name: 'below the margins LF does not scroll',
    source: stbm,
    size: [4, 5],
    bytes: `${grid}\x1b[2;3r\x1b[5;1H\n\nX`,
    rows: ['aaaa', 'bbbb', 'cccc', 'dddd', 'Xeee'],
  },
  {
    name: 'CUU and CUD stop at a margin when they start inside',
    source: 'VT510 manual, CUU, CUD',
    size: [4, 5],
    bytes: `${grid}\x1b[2;4r\x1b[3;2H\x1b[9AX\x1b[9BY\x1b[5;4H\x1b[9AZ`,
    rows: ['aaaa', 'bXbZ', 'cccc', 'ddYd', 'eeee'],
  },
  {
    name: 'in origin mode CUP counts from the top margin and stays inside',
    source: decom,
    size: [4, 5],
    bytes: `${grid}${origin}W\x1b[1;2HX\x1b[99;99HY\x1b[2dZ`,
    rows: ['aaaa', 'WXbb', 'cccZ', 'dddY', 'eeee'],
  },
  {
    name: 'in origin mode relative moves stay in their line',
    source: decom,
    size: [6, 5],
    bytes: `${origin}\x1b[Ca\x1b[2D\x1b[2ab\x1b[Dc`,
    rows: ['', ' ac'],
    mended: shifted,
  },
  {
    name: 'in origin mode CHA and HPA stay in their line',
    source: decom,
    size: [6, 5],
    bytes: `${origin}\x1b[3Ga\x1b[2\`b\x1b[2;1Hc\x1b[5Gd`,
    rows: ['', ' ba', 'c   d'],
    mended: shifted,
  },
  {
    name: 'in origin mode vertical moves go by as many lines as they say',
    source: decom,
    size: [6, 5],
    bytes: `${origin}a\x1b[Bb\x1b[Ac\x1b[Ed\x1b[Fe\x1b[2eg\x1b[9Ah`,
    rows: ['', 'e h', 'db', ' g'],
    mended: shifted,
  },
  {
    name: 'in origin mode CPR counts from the top margin',
    source: `${decom}; CSI 6 n`,
    size: [6, 5],
    bytes: `${origin}\x1b[2;3H\x1b[6n`,
    rows: [],
    answers: ['\x1b[2;3R'],
    mended: 'counts from the top of the screen',
  },
  {
    name: 'leaving origin mode goes home',
    source: decom,
    size: [4, 4],
    bytes: '\x1b[2;3r\x1b[?6ha\x1b[?6lb',
    rows: ['b', 'a'],
  },
  {
    name: 'margins hold on a screen that is resized to the same height only',
    source: 'xterm (a resize resets the margins)',
    size: [4, 4],
    bytes: ['a\r\nb\r\nc\r\nd\x1b[2;3r', { resize: [4, 5] }, '\x1b[3;1H\nx'],
    rows: ['a', 'b', 'c', 'x'],
  },
];
