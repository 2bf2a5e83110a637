import { expect, test } from 'vitest'
import { explore } from '../explore.js'
import { programSubject } from '../program/program-subject.js'
import { makeStrategy } from '../strategies/registry.js'
import { MORE_TRACES, TRACES, called } from './table.js'
import { TraceForms } from './testing/trace-forms.js'

/** Beyond it the forms of all traces are not kept: counting is enough there. */
const MOST_FORMS = 20_000

for (const row of [...TRACES, ...MORE_TRACES]) {
  const { program, params, traces, deadlocked = 0, buggy } = row
  const ends = deadlocked === 0 ? '' : `, ${deadlocked} of them deadlocked`
  test(`${called(row)}: dpor visits its ${traces} traces${ends}, each once, and nothing else`, async () => {
    const { target } = await programSubject(program, params)
    const forms = new TraceForms()
    const observers = traces <= MOST_FORMS ? [forms] : []
    const found = explore(target, { strategy: makeStrategy('dpor'), observers })
    expect(found).toMatchObject({
      executions: traces,
      abandoned: 0,
      cut: 0,
      complete: true,
      blocked: deadlocked,
    })
    if (buggy !== undefined) expect(found.buggy).toBe(buggy)
    if (observers.length > 0) expect(forms.seen.size).toBe(traces)
  })
}
