// Bundles src into dist: one entry a program, shared chunks, so that a hook or `mcc --version` loads only what it needs.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { cli: 'src/cli.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: ['node-pty', 'react-devtools-core'],
  jsx: 'automatic',
  minifySyntax: true,
  sourcemap: 'linked',
  define: { 'process.env.NODE_ENV': '"production"' },
  // CommonJS packages inside the bundle ask for `require`, which ES modules do not have.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
});
