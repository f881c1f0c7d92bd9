/** What sessions of tests start with. */
export const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8' };
export const size = { cols: 80, rows: 24 };
