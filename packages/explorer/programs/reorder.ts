import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function setter(t: Thread, a: Addr, b: Addr) {
  const { mem } = t
  mem.store(a, 1)
  mem.store(b, -1)
}

function checker(t: Thread, a: Addr, b: Addr) {
  const { mem } = t
  const x = mem.load(a)
  const y = mem.load(b)
  check((x === 0 && y === 0) || (x === 1 && y === -1), `a is ${x} and b is ${y}`)
}

export default defineProgram({
  name: 'reorder',
  about: 's threads set a, then b; c threads expect both or none: ((s+1)!)^2 traces for c = 1',
  params: { s: 2, c: 1 },
  memory: () => ({ a: 1, b: 1 }),
  threads: ({ s, c }, { a, b }) => [
    ...Array.from({ length: s }, () => call(setter, a, b)),
    ...Array.from({ length: c }, () => call(checker, a, b)),
  ],
})
