import { explore, makeStrategy } from '@holdfast/explorer'
import { expect, test } from 'vitest'
import { kernelBuild } from '../machine/kernel-build.js'
import { subjectOfBuild } from '../subject/kernel-subject.js'
import { stopVsLwpExit } from './stop-vs-lwp-exit.js'

const EXECUTIONS = 80
const CALLOUT = '    mem.store(PROC_STOP_CH, 1)\n'

/** What pos finds in executions of the scenario, on the kernel without `left`. */
async function found(left?: string): Promise<string[]> {
  const patches = left === undefined ? [] : [{ file: 'kern-sig.ts', find: left, replace: '' }]
  const subject = subjectOfBuild(stopVsLwpExit, await kernelBuild(patches))
  const result = explore(subject.target, {
    strategy: makeStrategy('pos', { seed: 1 }),
    observers: subject.observers(),
    engine: subject.options,
    executions: EXECUTIONS,
  })
  return result.found.map(({ report }) => report.verdict)
}

test(`a process whose last running LWP exits while it is stopping has stopped (${EXECUTIONS} executions of pos; without proc_stop_callout its tracer waits for ever)`, async () => {
  expect(await found()).toEqual([])
  expect(await found(CALLOUT)).toEqual(['deadlock'])
})
