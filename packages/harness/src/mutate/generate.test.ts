/** All mutants of the protocol compile. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { kernelBuild } from '../explore/machine/kernel-build.js'
import { patchesOf } from '../explore/subject/variants.js'
import { CORRECTED } from './corrected.js'
import { generate } from './generate.js'
import { mutatedFiles } from './mutated-files.js'
import type { Mutant } from './mutant.js'

/** Where a patch begins and ends. */
function rangeOf({ at = 0, find }: Patch): readonly [number, number] {
  return [at, at + find.length]
}

function isApart(one: Mutant, other: Mutant): boolean {
  if (one.file !== other.file) return true
  return one.patches.every((patch) => {
    const [start, end] = rangeOf(patch)
    return other.patches.every((each) => {
      const [from, to] = rangeOf(each)
      return end < from || to < start
    })
  })
}

/** Groups of mutants that touch different places, so that each group is one kernel. */
function groupsOf(mutants: readonly Mutant[]): Mutant[][] {
  const groups: Mutant[][] = []
  for (const mutant of mutants) {
    const group = groups.find((each) => each.every((other) => isApart(mutant, other)))
    if (group === undefined) groups.push([mutant])
    else group.push(mutant)
  }
  return groups
}

test('every mutant of uvm-glue compiles', async () => {
  const mutants = await generate(mutatedFiles().filter((file) => file.includes('uvm-glue')))
  expect(mutants.length).toBeGreaterThan(100)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'))
  try {
    for (const group of groupsOf(mutants)) {
      // From the end of each file on, so that none moves another.
      const patches = group
        .flatMap((mutant) => mutant.patches)
        .sort((one, other) => rangeOf(other)[0] - rangeOf(one)[0])
      await kernelBuild([...patchesOf(CORRECTED), ...patches], folder)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
