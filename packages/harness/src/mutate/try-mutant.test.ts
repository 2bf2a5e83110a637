/** Mutants end to end: what is wrong with them is seen, and nothing is seen of those that are as good as the kernel. */
import { expect, test } from 'vitest'
import { EQUIVALENT } from './equivalent.js'
import { generate } from './generate.js'
import { mutatedFiles } from './mutated-files.js'
import type { Mutant } from './mutant.js'
import type { Outcome } from './outcome.js'
import { tryMutant } from './try-mutant.js'

const mutants = await generate(mutatedFiles())

function mutant(id: string): Mutant {
  const found = mutants.find((each) => each.id === id)
  if (found === undefined) throw new Error(`no mutant is called ${id}`)
  return found
}

function tried(id: string, scenarios: readonly string[], executions = 20): Promise<Outcome> {
  const { patches, file, function: name, line, lastLine } = mutant(id)
  return tryMutant({
    patches,
    focus: { file, function: name, line, lastLine },
    scenarios,
    reached: true,
    seed: 1,
    executions,
    seconds: undefined,
    alive: () => {},
  })
}

test('every mutant has an id of its own, and changes the text', () => {
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
  for (const { before, after } of mutants) expect(after).not.toBe(before)
})

test('every mutant that is listed as equivalent exists', () => {
  const ids = new Set(mutants.map(({ id }) => id))
  expect([...EQUIVALENT.keys()].filter((id) => !ids.has(id))).toEqual([])
})

test('a hold that brings in what is in memory is caught: the re-check of LW_INMEM is dropped', async () => {
  const outcome = await tried('drop-operand:hold:uvmLwpHold:2', ['regread-vs-scan'])
  expect(outcome).toMatchObject({ status: 'caught', by: { scenario: 'regread-vs-scan' } })
})

test('a lock that is not taken, and one that is not released, are caught', async () => {
  expect(await tried('drop-lock:hold:uvmLwpHold:1', ['regread-vs-scan'])).toMatchObject({
    status: 'caught',
    by: { verdict: 'panic' },
  })
  expect(await tried('drop-unlock:hold:uvmLwpHold:1', ['regread-vs-scan'])).toMatchObject({
    status: 'caught',
  })
})

test('a mutant that nobody reaches survives, and so does one that only looks at what is always so', async () => {
  expect(await tried('drop-lock:kernacc:uvmKernacc:1', [])).toMatchObject({
    status: 'survived',
    reason: 'not reached: no scenario calls anything in the file',
  })
  expect(await tried('drop-check:fork:uvmLwpFork:2', ['fork-vs-scan'], 12)).toMatchObject({
    status: 'survived',
    reason: 'nothing was found',
  })
})

test('what becomes of a mutant does not depend on what was tried before', async () => {
  const id = 'drop-lock:hold:uvmLwpHold:1'
  const first = await tried(id, ['regread-vs-scan', 'hold-vs-swapper'])
  await tried('drop-check:hold:uvmLwpHold:1', ['hold-vs-swapper'])
  expect(await tried(id, ['regread-vs-scan', 'hold-vs-swapper'])).toEqual(first)
})

test('a mutant of what is not in the kernel at all is equivalent', async () => {
  expect(await tried('drop-check:kernacc:uvmChgkprot:1', ['regread-vs-scan'])).toEqual({
    status: 'equivalent',
    reason: 'compiles to the same code',
  })
})
