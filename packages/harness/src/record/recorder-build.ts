import { fileURLToPath } from 'node:url'
import { compile } from '@holdfast/compiler'
import type { Patch } from '@holdfast/compiler'

/** From this file, in src and in dist alike. */
const PACKAGES = new URL('../../../', import.meta.url)
const ENTRY = 'cpu/src/host/record/worker.ts'

/** The worker of a recorded CPU with its kernel, not instrumented, with `patches`. Throws CompileError. */
export async function recorderBuild(patches: readonly Patch[] = []): Promise<URL> {
  const compiled = await compile({
    entries: [fileURLToPath(new URL(ENTRY, PACKAGES))],
    instrument: () => false,
    patches,
    root: fileURLToPath(new URL('../', PACKAGES)),
  })
  return new URL(compiled.url)
}
