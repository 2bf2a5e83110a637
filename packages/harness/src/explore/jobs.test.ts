import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Jobs } from './jobs.js'
import type { SubjectSpec } from './subject-of-spec.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-jobs-'))

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function programOf(body: string): SubjectSpec {
  const path = join(folder, 'one.ts')
  writeFileSync(
    path,
    `import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
function one({ mem }: Thread, x: Addr) { ${body} }
export default defineProgram({ name: 'one', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(one, x)] })
`,
  )
  return { target: path, params: {}, engine: {}, variant: undefined, all: false }
}

test('a thread that computes for ever, without an operation, is told of, and its thread of the pool is ended', async () => {
  const jobs = new Jobs(1)
  try {
    const spec = programOf('mem.load(x); for (;;) {}')
    await expect(jobs.ready(spec, 3_000)).rejects.toThrow(
      /one\.ts: its first schedules have not ended in 3 s/,
    )
  } finally {
    await jobs.close()
  }
}, 60_000)
