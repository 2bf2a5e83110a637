import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Jobs } from './jobs.js'
import type { SubjectSpec } from '../subject/subject-of-spec.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-load-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Looks, a second apart. */
const SILENT = 1

function spec(name: string, text: string, checkers: string[] = []): SubjectSpec {
  const target = join(folder, name)
  writeFileSync(target, text)
  return { target, params: {}, engine: {}, variant: undefined, all: false, checkers }
}

const PROGRAM = `import { call, defineProgram } from '@holdfast/explorer'
function f({ mem }, x) { mem.store(x, 1) }
export default defineProgram({
  name: 'one',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(f, x)],
})`

/** A module of each kind that loops in line 2, by the part of it that does. */
const ENDLESS: Readonly<
  Record<string, readonly [kind: 'scenario' | 'spec' | 'strategy' | 'variant', text: string]>
> = {
  'the top level of a program': ['spec', PROGRAM.replace('function f', 'for (;;);\nfunction f')],
  'memory of a program': ['spec', PROGRAM.replace('memory: () => (', 'memory() { for (;;); }, m: () => (')],
  'threads of a program': ['spec', PROGRAM.replace('threads: (', 'threads() { for (;;); }, t: (')],
  'a scenario': ['scenario', 'export default {}\nfor (;;);'],
  'a variant': ['variant', 'export default {}\nfor (;;);'],
  'a strategy': ['strategy', "export default { about: 'none',\nmake() { for (;;); } }"],
}

test.each(Object.entries(ENDLESS))(
  '%s that does not end is refused by its place',
  async (_, [kind, text]) => {
    const jobs = new Jobs(1, SILENT)
    const subject = spec(`endless-${kind}.js`, text)
    const line = text.split('\n').findIndex((each) => each.includes('for (;;);')) + 1
    try {
      const own = kind === 'spec' ? { spec: subject } : { [kind]: subject.target }
      await expect(jobs.load(own)).rejects.toThrow(
        new RegExp(
          `endless-${kind}\\.js: does not come to its end when it is loaded: 1 s went by, in .*:${line}\\)?$`,
        ),
      )
    } finally {
      await jobs.close()
    }
  },
)

test('a checker that does not end when it is made is refused by its place', async () => {
  const jobs = new Jobs(1, SILENT)
  const checker = join(folder, 'endless-made.js')
  writeFileSync(checker, "export default { about: 'none',\nmake() { for (;;); } }")
  try {
    await expect(jobs.ready(spec('one.js', PROGRAM, [checker]))).rejects.toThrow(
      /endless-made\.js: does not come to its end when it is loaded: 1 s went by, in make \(.*:2\)$/,
    )
  } finally {
    await jobs.close()
  }
})

test('what comes to its end is loaded, as often as is asked for', async () => {
  const jobs = new Jobs(1, SILENT)
  try {
    for (let times = 0; times < 3; times++) await jobs.load({ spec: spec('one.js', PROGRAM) })
    expect((await jobs.ready(spec('one.js', PROGRAM))).actors).toEqual(['T1'])
  } finally {
    await jobs.close()
  }
})
