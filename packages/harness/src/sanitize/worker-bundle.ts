import { fileURLToPath } from 'node:url'
import { compile } from '@holdfast/compiler'
import type { Patch } from '@holdfast/compiler'

/** From this file, in src and in dist alike. */
const PACKAGES = new URL('../../../', import.meta.url)

/**
 * The worker of a CPU in one file: the kernel's sources with `patches`, not instrumented, and the sanitizer beside it. Found on
 * disk if it was made before. Throws CompileError, as where a patch does not apply.
 */
export async function workerBundle(patches: readonly Patch[]): Promise<URL> {
  const { url } = await compile({
    entries: [fileURLToPath(new URL('harness/src/sanitize/cpu-worker.ts', PACKAGES))],
    instrument: () => false,
    patches,
    root: fileURLToPath(new URL('harness/', PACKAGES)),
  })
  return new URL(url)
}
