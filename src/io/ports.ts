import { createServer } from 'node:net';

/** Where ports of worktrees are taken from: below those that systems give out by themselves (32768 and up). */
const range = { from: 20_000, count: 10_000 };

/** Where somebody may listen already: a server on one address does not keep others from being bound everywhere. */
const hosts = ['127.0.0.1', '0.0.0.0', '::1'];

/** True when nothing on this machine listens on a TCP port. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of hosts) if (!(await canListen(port, host))) return false;
  return true;
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    // A machine without IPv6 has no such address, which takes no port.
    server.once('error', (error: NodeJS.ErrnoException) =>
      done(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)));
  });
}

/** The ports to try, in order, from a place of its own for each seed, so that two projects seldom meet. */
export function* portsFrom(seed: number): Generator<number> {
  for (let step = 0; step < range.count; step += 1) yield range.from + ((seed + step) % range.count);
}
