// The program `mcc`. `--version` is answered before anything else is loaded; each verb loads only what it needs.
import { fileURLToPath } from 'node:url';
import pkg from '../package.json' with { type: 'json' };

const argv = process.argv.slice(2);

if (argv.length === 1 && ['--version', '-V', 'version'].includes(argv[0] ?? '')) {
  process.stdout.write(`mcc ${pkg.version}\n`);
} else {
  const { processShell } = await import('./cli/shell.ts');
  const { main } = await import('./cli/main.ts');
  process.exitCode = await main(
    argv,
    processShell(pkg.version, fileURLToPath(new URL('..', import.meta.url))),
  );
}
