import { call, check, defineProgram } from '@holdfast/explorer'
import type { Addr, Thread } from '@holdfast/explorer'

function inc(t: Thread, x: Addr) {
  const { mem } = t
  mem.store(x, mem.load(x) + 1)
}

function add(t: Thread, x: Addr) {
  const { mem } = t
  mem.add(x, 1)
}

function guess(t: Thread, x: Addr) {
  const { mem } = t
  mem.store(x, Math.floor(Math.random() * 1e9))
}

function late(t: Thread, x: Addr) {
  const { mem } = t
  const before = mem.load(x)
  check(mem.load(x) === before, 'x has changed')
}

export const atomic = defineProgram({
  name: 'atomic',
  params: { n: 3 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, () => call(add, x)),
  check: (final, { n }, { x }) => (final.read(x) === n ? undefined : `x is ${final.read(x)}`),
})

export const lossy = defineProgram({
  name: 'lossy',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, () => call(inc, x)),
  check: (final, { n }, { x }) => (final.read(x) === n ? undefined : `x is ${final.read(x)}`),
})

/** Holds without preemptions. */
export const fragile = defineProgram({
  name: 'fragile',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(late, x), call(add, x)],
})

export const lucky = defineProgram({
  name: 'lucky',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(guess, x)],
})
