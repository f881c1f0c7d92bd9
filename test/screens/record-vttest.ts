import { ptyHost } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';
import { writeRecording } from './record.ts';

/**
 * Records the screens of vttest (https://invisible-island.net/vttest): `node test/screens/record-vttest.ts /usr/bin/vttest`.
 * A pane does not become 132 columns wide, so vttest is told that its widest screen has 80.
 */
const binary = process.argv[2] ?? 'vttest';
const size = { cols: 80, rows: 24 };

/** What a user of vttest allows in xterm's menu: DECCOLM, which then clears the screen. */
const ALLOW = '\x1b[?40h';

/** What is typed to get to a test; it is over when its menu shows again. */
const tests: Record<string, { keys: string[]; menu: RegExp }> = {
  'cursor movements': { keys: ['1'], menu: /Enter choice number/ },
  'screen features': { keys: ['2'], menu: /Enter choice number/ },
  'character sets': { keys: ['3'], menu: /Enter choice number/ },
  'device attributes': { keys: ['6', '4'], menu: /Enter choice number/ },
  'device status': { keys: ['6', '3'], menu: /Enter choice number/ },
  'insert and delete': { keys: ['8'], menu: /Enter choice number/ },
  'erase and repeat': { keys: ['11', '5', '2'], menu: /Enter choice number/ },
};

for (const [name, test] of Object.entries(tests)) await record(name, test);

async function record(name: string, { keys, menu }: { keys: string[]; menu: RegExp }) {
  const screen = new Screen(size, { answer: (bytes) => session.write(Buffer.from(bytes)) });
  const events: [string, string][] = [['o', ALLOW]];
  screen.write(ALLOW);
  const session = ptyHost().spawn({
    file: binary,
    args: ['24x80.80'],
    cwd: '/',
    env: { TERM: 'xterm', PATH: '/usr/bin:/bin' },
    size,
  });
  let on = false;
  let heard = 0;
  session.onData((data) => {
    heard++;
    if (on) events.push(['o', Buffer.from(data).toString('latin1')]);
    screen.write(data);
    screen.flush();
  });
  const settled = async () => {
    for (let quiet = 0, last = heard; quiet < 8; last = heard) {
      await new Promise((done) => setTimeout(done, 50));
      quiet = heard === last ? quiet + 1 : 0;
    }
  };
  const atMenu = () => menu.test(screen.text().join('\n'));
  await settled();
  for (const [index, key] of keys.entries()) {
    if (index === keys.length - 1) on = true;
    session.write(Buffer.from(`${key}\r`));
    await settled();
  }
  let page = 0;
  while (!atMenu() && page < 40) {
    page++;
    events.push(['m', `page ${page}`]);
    session.write(Buffer.from('\r'));
    await settled();
  }
  session.kill('SIGKILL');
  writeRecording(`vttest ${name}`, size, events);
  console.log(
    name,
    page,
    'pages',
    events.reduce((sum, [, data]) => sum + data.length, 0),
    'bytes',
  );
}
process.exit(0);
