import { beforeAll, expect, test } from 'vitest'
import { MORE_TRACES, TRACES, called } from './table.js'
import type { Counted } from './testing/count-traces.js'
import { inNode } from './testing/in-node.js'

const ROWS = [...TRACES, ...MORE_TRACES]
let counted: readonly Counted[] = []

beforeAll(async () => {
  counted = (await inNode('count-traces', ROWS)) as Counted[]
}, 240_000)

for (const [at, row] of ROWS.entries()) {
  const { traces, deadlocked = 0, buggy } = row
  const ends = deadlocked === 0 ? '' : `, ${deadlocked} of them deadlocked`
  test(`${called(row)}: dpor visits its ${traces} traces${ends}, each once, and nothing else`, () => {
    const found = counted[at] as Counted
    expect(found).toMatchObject({
      executions: traces,
      abandoned: 0,
      cut: 0,
      complete: true,
      blocked: deadlocked,
    })
    if (buggy !== undefined) expect(found.buggy).toBe(buggy)
    if (found.distinct !== null) expect(found.distinct).toBe(traces)
  })
}
