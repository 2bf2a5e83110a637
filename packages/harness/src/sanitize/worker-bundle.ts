import { compile } from '@holdfast/compiler'
import type { Patch } from '@holdfast/compiler'
import { OF_PACKAGES, packagePath } from '../packages.js'

/**
 * The worker of a CPU in one file: the kernel's sources with `patches`, not instrumented, and the sanitizer beside it. Found on
 * disk if it was made before. Throws CompileError, as where a patch does not apply.
 */
export async function workerBundle(patches: readonly Patch[]): Promise<URL> {
  const { url } = await compile({
    ...OF_PACKAGES,
    entries: [packagePath('harness/src/sanitize/cpu-worker.ts')],
    instrument: () => false,
    patches,
  })
  return new URL(url)
}
