import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function length({ mem }: Thread, mutex: Addr, count: Addr): number {
  mem.lock(mutex)
  const n = mem.read(count)
  mem.unlock(mutex)
  return n
}

function getChars({ mem }: Thread, mutex: Addr, count: Addr, end: number) {
  mem.lock(mutex)
  const inBounds = end <= mem.read(count)
  mem.unlock(mutex)
  check(inBounds, 'the index is out of bounds')
}

/** Each call is atomic, and the two are not. */
function append(t: Thread, own: Addr, mutex: Addr, count: Addr) {
  const { mem } = t
  mem.lock(own)
  const end = length(t, mutex, count)
  getChars(t, mutex, count, end)
  mem.unlock(own)
}

function erase({ mem }: Thread, mutex: Addr, count: Addr) {
  mem.lock(mutex)
  mem.write(count, 0)
  mem.unlock(mutex)
}

export default defineProgram({
  name: 'string-buffer',
  about:
    'StringBuffer.append of JDK 1.4: the other buffer is erased between its length and its characters: 3 traces, one preemption',
  memory: () => ({ own: 1, mutex: 1, count: [3] }),
  threads: (_, { own, mutex, count }) => [call(append, own, mutex, count), call(erase, mutex, count)],
})
