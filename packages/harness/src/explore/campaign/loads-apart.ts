import type { Patch } from '@holdfast/compiler'
import { isModulePath } from '../../scenario/import-default.js'
import { patchesNamed } from '../subject/own-variant.js'
import { Jobs } from './jobs.js'
import type { OwnModules } from './job-tasks.js'

/**
 * Loads what a user has written in a thread of its own first, before this one does: what does not come to its end there would have kept this thread,
 * and signals with it. Throws UsageError.
 */
export async function loadsApart(own: OwnModules): Promise<void> {
  const jobs = new Jobs(1)
  try {
    await jobs.load(own)
  } finally {
    await jobs.close()
  }
}

/** As {@link patchesNamed}, of modules that come to their end. */
export async function patchesApart(variant: string | undefined): Promise<Patch[]> {
  if (variant?.split(',').some(isModulePath) === true) await loadsApart({ variant })
  return patchesNamed(variant)
}
