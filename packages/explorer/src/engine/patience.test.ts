import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { explore } from '../explore.js'
import { programSubject } from '../program/program-subject.js'
import { RandomWalk } from '../strategies/random-walk.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-patience-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const STEP_LIMIT = 100_000_000

test('seconds end an execution in its midst, which counts as none, but for what it has shown', async () => {
  const file = join(folder, 'long.js')
  writeFileSync(
    file,
    `import { call, defineProgram } from '@holdfast/explorer'
    function long({ mem }, x) {
      for (let n = 0; n < 1e9; n++) mem.write(x, 0)
    }
    export default defineProgram({
      name: 'long', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(long, x), call(long, x)],
    })`,
  )
  const { target } = await programSubject(file)
  const once = {
    name: 'once',
    reset: () => {},
    finish: () => {},
    event: (world: Parameters<RandomWalk['choose']>[0]) => {
      if (world.steps === 7) world.report({ verdict: 'race', message: 'seen', sites: [1], steps: [6] })
    },
  }
  const explored = explore(target, {
    strategy: new RandomWalk(1),
    observers: [once],
    engine: { stepLimit: STEP_LIMIT },
    executions: 3,
    seconds: 0.2,
  })
  expect(explored).toMatchObject({ executions: 0, cut: 0, abandoned: 0, complete: false })
  expect(explored.points).toBeGreaterThan(7)
  expect(explored.points).toBeLessThan(STEP_LIMIT)
  expect(explored.found).toMatchObject([{ execution: 0, report: { message: 'seen' } }])
})
