/** Each operator, on a small source: exactly these mutants. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSource } from '@holdfast/compiler'
import { afterAll, expect, test } from 'vitest'
import { mutantsOf } from '../generate.js'
import { OPERATORS } from './index.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-operators-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The body of a function, mutated: `before => after` of each mutant, blanks folded. */
async function mutated(operator: string, body: string, kind = 'function*'): Promise<string[]> {
  const path = join(folder, `${operator}.ts`)
  writeFileSync(path, `${kind} f(cpu, a, b) {\n${body}\n}\n`)
  const chosen = OPERATORS.filter(({ name }) => name === operator)
  const mutants = mutantsOf(await parseSource(path, []), `${operator}.ts`, chosen)
  expect(mutants.map(({ id }) => id)).toEqual(mutants.map((_, at) => `${operator}:${operator}:f:${at + 1}`))
  return mutants.map(({ before, after }) => `${folded(before)} => ${folded(after)}`)
}

function folded(text: string): string {
  return text.replace(/\s+/g, ' ')
}

test('drop-lock and drop-unlock leave out one call each, but for those about instrumentation', async () => {
  const body = `
  yield* mutexEnter(cpu, a)
  if (b) lwpUnlock(cpu, b)
  mutexExit(cpu, a)
  if (cpu.config.debug) { mutexSpinEnter(cpu, b) }`
  expect(await mutated('drop-lock', body)).toEqual(['yield* mutexEnter(cpu, a) => ;'])
  expect(await mutated('drop-unlock', body)).toEqual([
    'if (b) lwpUnlock(cpu, b) => if (b) ;',
    'mutexExit(cpu, a) => ;',
  ])
})

test('swap-locks exchanges locks that follow each other', async () => {
  expect(await mutated('swap-locks', 'spcLock(cpu, a)\nspcLock(cpu, b)\nmem.write(a, 1)')).toEqual([
    'spcLock(cpu, a) spcLock(cpu, b) => spcLock(cpu, b) spcLock(cpu, a)',
  ])
})

test('late-lock puts a lock after what follows it; not after a way out or another lock', async () => {
  const body = `
  mutexSpinEnter(cpu, a)
  const old = mem.read(b)
  mutexSpinExit(cpu, a)
  if (old) { lwpLock(cpu, a)
  return }
  spcLock(cpu, a)
  spcLock(cpu, b)`
  expect(await mutated('late-lock', body)).toEqual([
    'mutexSpinEnter(cpu, a) const old = mem.read(b) => const old = mem.read(b) mutexSpinEnter(cpu, a)',
  ])
})

test('early-unlock puts an unlock before what precedes it; stores are store-after-unlock', async () => {
  const body = `
  lwpLock(cpu, a)
  schedEnqueue(cpu, a)
  kassert(b, 'b')
  lwpUnlock(cpu, a)
  lwpLock(cpu, b)
  mem.write(b, 1)
  lwpUnlock(cpu, b)`
  expect(await mutated('early-unlock', body)).toEqual([
    "schedEnqueue(cpu, a) kassert(b, 'b') lwpUnlock(cpu, a) => lwpUnlock(cpu, a) kassert(b, 'b') schedEnqueue(cpu, a)",
  ])
  expect(await mutated('store-after-unlock', body)).toEqual([
    'mem.write(b, 1) lwpUnlock(cpu, b) => ; lwpUnlock(cpu, b) mem.write(b, 1)',
  ])
})

test('weaken-atomic reads and then writes', async () => {
  const body = 'if (mem.add(a, 1) === 0) mem.cas(b, 0, 1)\nmem.load(a)'
  expect(await mutated('weaken-atomic', body)).toEqual([
    'if (mem.add(a, 1) === 0) mem.cas(b, 0, 1) => if (addInHalves(mem, a, 1) === 0) mem.cas(b, 0, 1)',
    'if (mem.add(a, 1) === 0) mem.cas(b, 0, 1) => if (mem.add(a, 1) === 0) casInHalves(mem, b, 0, 1)',
  ])
})

test('drop-check does what is guarded always, or leaves a way out aside', async () => {
  const body =
    'if (a) return\nif (b) {\n mem.write(a, 1) }\nif (a) b() \nelse a()\nif (lockstat !== null) b()'
  expect(await mutated('drop-check', body)).toEqual([
    'if (a) return => ;',
    'if (b) { mem.write(a, 1) } => { mem.write(a, 1) }',
  ])
})

test('an assertion that is left out is equivalent', async () => {
  const path = join(folder, 'assertion.ts')
  writeFileSync(path, "function f(a) {\nif (a) panic('a')\nif (a) a()\n}\n")
  const chosen = OPERATORS.filter(({ name }) => name === 'drop-check')
  const mutants = mutantsOf(await parseSource(path, []), 'assertion.ts', chosen)
  expect(mutants.map(({ equivalent }) => equivalent !== undefined)).toEqual([true, false])
})

test('drop-operand leaves out each part of a condition; negate-condition negates each condition', async () => {
  const body = 'while (a && (b || c)) b()\nreturn a ? 1 : 2'
  expect(await mutated('drop-operand', body)).toEqual([
    'while (a && (b || c)) b() => while ((b || c)) b()',
    'while (a && (b || c)) b() => while ((a)) b()',
    'while (a && (b || c)) b() => while (a && ((c))) b()',
    'while (a && (b || c)) b() => while (a && ((b))) b()',
  ])
  expect(await mutated('negate-condition', body)).toEqual([
    'while (a && (b || c)) b() => while (!(a && (b || c))) b()',
    'return a ? 1 : 2 => return !(a) ? 1 : 2',
  ])
})

test('while-to-if looks once, in either kind of loop', async () => {
  expect(await mutated('while-to-if', 'while (a) yield* cvWait(cpu, b)\ndo { b() } while (a)')).toEqual([
    'while (a) yield* cvWait(cpu, b) => while (a) { yield* cvWait(cpu, b) break }',
    'do { b() } while (a) => do { { b() } } while (false)',
  ])
})

test('try-to-blocking waits for the lock, where a function may', async () => {
  const body = 'if (!mutexTryEnter(cpu, a)) return\nif (lwpTrylock(cpu, b)) a()'
  const lwp = 'if (lwpTrylock(cpu, b)) a() => if ((waitsFor(cpu, b), true)) a()'
  expect(await mutated('try-to-blocking', body)).toEqual([
    'if (!mutexTryEnter(cpu, a)) return => if (!(yield* waitsFor(cpu, a), true)) return',
    lwp,
  ])
  expect(await mutated('try-to-blocking', body, 'function')).toEqual([lwp])
})

test('skip-wakeup wakes nobody, and lets sleepers sleep', async () => {
  const body =
    'cvSignal(cpu, a)\nif (b) uvmKickScheduler(cpu)\nsleepqEnqueue(cpu, a)\nactor.sleepq.wake(actor, a)'
  expect(await mutated('skip-wakeup', body)).toEqual([
    'cvSignal(cpu, a) => ;',
    'if (b) uvmKickScheduler(cpu) => if (b) ;',
    'actor.sleepq.wake(actor, a) => ;',
  ])
})
