import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function first(t: Thread, lock1: Addr, lock2: Addr, data1: Addr, data2: Addr) {
  const { mem } = t
  mem.lock(lock1)
  mem.write(data1, 1)
  mem.unlock(lock1)
  mem.lock(lock2)
  mem.write(data2, mem.read(data1) + 1)
  mem.unlock(lock2)
}

function second(t: Thread, lock1: Addr, lock2: Addr, data1: Addr, data2: Addr) {
  const { mem } = t
  mem.lock(lock1)
  if (mem.read(data1) === 0) {
    mem.unlock(lock1)
    return
  }
  const one = mem.read(data1)
  mem.unlock(lock1)
  mem.lock(lock2)
  const two = mem.read(data2)
  mem.unlock(lock2)
  check(two === one + 1, `data1 is ${one} and data2 is ${two}`)
}

export default defineProgram({
  name: 'twostage',
  about: 'a threads set two words under a lock each; b threads see one stage without the other',
  params: { a: 1, b: 1 },
  memory: () => ({ lock1: 1, lock2: 1, data1: 1, data2: 1 }),
  threads: ({ a, b }, at) => [
    ...Array.from({ length: a }, () => call(first, at.lock1, at.lock2, at.data1, at.data2)),
    ...Array.from({ length: b }, () => call(second, at.lock1, at.lock2, at.data1, at.data2)),
  ],
})
