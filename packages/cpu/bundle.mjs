/**
 * Puts the worker of a CPU and all it imports into one file. A worker then opens one file instead of a hundred, which
 * makes it start sooner and keeps many of them, starting at once, within the limit of open files.
 */
import { build } from 'esbuild'

await build({
  entryPoints: [new URL('dist/host/cpu-worker.js', import.meta.url).pathname],
  outfile: new URL('dist/cpu-worker.bundle.js', import.meta.url).pathname,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  keepNames: false,
  logLevel: 'warning',
})
