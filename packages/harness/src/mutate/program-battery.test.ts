/** Mutants of locks under small programs: what is wrong with them is seen in milliseconds, and the locks as they are show nothing. */
import { explore, makeStrategy } from '@holdfast/explorer'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generate } from './generate.js'
import { ProgramBattery, lockPrograms } from './program-battery.js'

const EXECUTIONS = 40
const folder = mkdtempSync(join(tmpdir(), 'holdfast-programs-'))
const mutants = await generate(
  ['mutex', 'spin-mutex', 'rwlock', 'condvar'].map((n) => `atomics-sync/src/${n}.ts`),
)
let battery: ProgramBattery

beforeAll(async () => {
  battery = await ProgramBattery.make(1)
})

afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['drop-check:spin-mutex:mutexSpinExit:1', 'interrupts are polled with a spin mutex held', /^program:/],
  ['drop-operand:mutex:mutexVectorEnter:4', 'no second look at the waiters bit', /^program:sync-mutex-nap/],
  ['drop-operand:rwlock:rwHandOff:4', 'a writer gives way to a writer', /^program:sync-rwlock-queue/],
  [
    'skip-wakeup:condvar:cvExit:1',
    'a wakeup that came too late is not passed on',
    /^program:sync-condvar-late/,
  ],
])('%s (%s) is caught', async (id, _about, program) => {
  const mutant = mutants.find((each) => each.id === id)
  if (mutant === undefined) throw new Error(`no mutant is called ${id}`)
  const { patches, file, function: name, line, lastLine } = mutant
  const focus = { file, function: name, line, lastLine }
  const caught = await battery.find({ patches, focus, alive: () => {} }, folder)
  expect(caught?.scenario).toMatch(program)
})

test(`the locks without a fault show nothing, in ${EXECUTIONS} random walks and ${EXECUTIONS} traces of each program`, async () => {
  for (const [program, subject] of await lockPrograms([]))
    for (const name of ['random', 'dpor']) {
      const { found, cut } = explore(subject.target, {
        strategy: makeStrategy(name, { seed: 5 }),
        observers: subject.observers(),
        engine: subject.options,
        executions: EXECUTIONS,
      })
      expect({ program, cut, found: found.map(({ report }) => report.message) }).toEqual({
        program,
        cut: 0,
        found: [],
      })
    }
})
