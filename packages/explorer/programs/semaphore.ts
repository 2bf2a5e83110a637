import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Semaphore {
  readonly m: Addr
  readonly cv: Addr
  readonly units: Addr
}

function acquire(t: Thread, s: Semaphore) {
  const { mem } = t
  mem.lock(s.m)
  while (mem.read(s.units) === 0) mem.cvWait(s.cv, s.m)
  mem.write(s.units, mem.read(s.units) - 1)
  mem.unlock(s.m)
}

function release(t: Thread, s: Semaphore) {
  const { mem } = t
  mem.lock(s.m)
  mem.write(s.units, mem.read(s.units) + 1)
  mem.cvSignal(s.cv)
  mem.unlock(s.m)
}

function user(t: Thread, s: Semaphore, inside: Addr, k: number) {
  const { mem } = t
  acquire(t, s)
  check(mem.add(inside, 1) < k, `more than ${k} are inside`)
  mem.sub(inside, 1)
  release(t, s)
}

export default defineProgram({
  name: 'semaphore',
  about: 'n threads share k units of a semaphore made of a mutex and a condition variable',
  params: { n: 2, k: 1 },
  memory: ({ k }) => ({ m: 1, cv: 1, units: [k], inside: 1 }),
  threads: ({ n, k }, { inside, ...s }) => Array.from({ length: n }, () => call(user, s, inside, k)),
})
