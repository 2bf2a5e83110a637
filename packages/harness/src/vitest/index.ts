/**
 * `import '@holdfast/harness/vitest'` in a test, or in a setup file: gives `expect` the matcher `toHoldInEveryInterleaving`.
 */
import { expect } from 'vitest'
// Stays in the declarations, which are to add to Vitest's: without it they do not, for whoever has this installed.
// oxlint-disable-next-line import/no-unassigned-import
import 'vitest'
import { toHoldInEveryInterleaving } from './hold-matcher.js'
import type { HoldOptions } from './hold-options.js'

expect.extend({ toHoldInEveryInterleaving })

interface HoldMatchers<R> {
  /**
   * Explores a program (`defineProgram`) and passes if no interleaving shows a fault:
   *
   *     await expect(program).toHoldInEveryInterleaving()
   *     await expect(program).toHoldInEveryInterleaving({ preemptions: 3, params: { n: 4 } })
   *
   * It fails with the report of the first fault: a column for each thread, and the line that replays it.
   */
  toHoldInEveryInterleaving(options?: HoldOptions): Promise<R>
}

declare module 'vitest' {
  // eslint-disable-next-line typescript/no-explicit-any
  interface Assertion<T = any> extends HoldMatchers<T> {}
}

export { toHoldInEveryInterleaving }
export type { HoldOptions }
