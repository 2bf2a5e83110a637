import { compile } from '@holdfast/compiler'
import type { Patch } from '@holdfast/compiler'
import { OF_PACKAGES, packagePath } from '../packages.js'

/** The worker of a recorded CPU with its kernel, not instrumented, with `patches`. Throws CompileError. */
export async function recorderBuild(patches: readonly Patch[] = []): Promise<URL> {
  const compiled = await compile({
    ...OF_PACKAGES,
    entries: [packagePath('cpu/src/host/record/worker.ts')],
    instrument: () => false,
    patches,
  })
  return new URL(compiled.url)
}
