import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCampaign } from './campaign.js'
import { Jobs } from './jobs.js'
import { Hang } from './thread-watch.js'
import { tellStopped } from './stopped.js'
import type { SubjectSpec } from '../subject/subject-of-spec.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-hang-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Looks, a second apart. */
const SILENT = 2

function spec(name: string, text: string, checkers: string[] = []): SubjectSpec {
  const target = join(folder, name)
  writeFileSync(target, text)
  return { target, params: {}, engine: {}, variant: undefined, all: false, checkers }
}

/** Two threads, the second of which loops in \`spin\`, line 6, once it sees what the first has written \`late\` times. */
const looping = (late: number): string => `import { call, defineProgram } from '@holdfast/explorer'
function first({ mem }, x) {
  for (let n = 0; n < 3; n++) mem.write(x, mem.read(x) + 1)
}
function spin(seen) {
  for (;;) if (seen < 0) return
}
function second({ mem }, x) {
  const seen = mem.read(x)
  if (seen >= ${late}) spin(seen)
}
export default defineProgram({
  name: 'looping', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(first, x), call(second, x)],
})`

async function campaignOf(subject: SubjectSpec, jobs: Jobs) {
  return runCampaign({
    spec: subject,
    legs: [{ strategy: { name: 'dfs', options: {} }, label: 'dfs', exhaustive: true, share: 1 }],
    executions: undefined,
    seconds: 20,
    maxFindings: undefined,
    sizes: { smallest: 64, largest: 64 },
    traces: false,
    jobs,
    signal: new AbortController().signal,
  })
}

test('a thread that loops without an operation is told by its place, and what was found before is kept', async () => {
  const subject = spec('looping.js', looping(3).replace('seen >= 3', 'seen === 2'))
  const jobs = new Jobs(1, SILENT)
  try {
    const { stopped, found, executions } = await campaignOf(subject, jobs)
    expect(stopped).toBeInstanceOf(Hang)
    const { fault } = tellStopped(stopped, [])
    expect(fault?.verdict).toBe('livelock')
    expect(fault?.message).toMatch(
      /^no operation for 2 s: there is a loop without any, in spin \(.*looping\.js:6\)$/,
    )
    expect(found.map(({ report }) => report.verdict)).toContain('race')
    expect(executions).toBeGreaterThan(0)
  } finally {
    await jobs.close()
  }
})

test('its clean twin comes to an end, however many times it goes round', async () => {
  const jobs = new Jobs(1, SILENT)
  try {
    const { stopped, legs } = await campaignOf(spec('twin.js', looping(4)), jobs)
    expect([stopped, legs[0]?.finished]).toEqual([undefined, true])
  } finally {
    await jobs.close()
  }
})

test("one that loops at the first look is told as well; a checker that does is the user's own fault", async () => {
  const jobs = new Jobs(1, SILENT)
  const checker = join(folder, 'endless.js')
  writeFileSync(
    checker,
    `import { defineChecker } from '@holdfast/explorer'
export default defineChecker({ about: 'endless', make: () => ({ event() { for (;;); } }) })`,
  )
  try {
    await expect(jobs.ready(spec('at-once.js', looping(0)))).rejects.toThrow(Hang)
    const { stopped } = await campaignOf(spec('twin.js', looping(4), [checker]), jobs)
    expect(tellStopped(stopped, [checker]).error?.message).toMatch(
      /endless\.js: does not return, in event \(.*:2\)$/,
    )
  } finally {
    await jobs.close()
  }
})
