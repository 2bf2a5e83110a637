import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

const WRITER = -1

function reader(t: Thread, lock: Addr, data: Addr) {
  const { mem } = t
  for (let word = mem.load(lock); ; ) {
    if (word === WRITER) {
      mem.spinWhile(lock, WRITER)
      word = mem.load(lock)
      continue
    }
    const found = mem.cas(lock, word, word + 1)
    if (found === word) break
    word = found
  }
  check(mem.read(data) === mem.read(data + 1), 'half of a write was seen')
  mem.sub(lock, 1)
}

function writer(t: Thread, lock: Addr, data: Addr, value: number) {
  const { mem } = t
  for (let found = mem.cas(lock, 0, WRITER); found !== 0; found = mem.cas(lock, 0, WRITER))
    mem.spinWhile(lock, found)
  mem.write(data, value)
  mem.write(data + 1, value)
  mem.store(lock, 0)
}

export default defineProgram({
  name: 'rwlock',
  about: 'a readers-writer lock in one word: r readers and w writers of a pair of words',
  params: { r: 1, w: 1 },
  memory: () => ({ lock: 1, data: 2 }),
  threads: ({ r, w }, { lock, data }) => [
    ...Array.from({ length: r }, () => call(reader, lock, data)),
    ...Array.from({ length: w }, (_, i) => call(writer, lock, data, i + 1)),
  ],
})
