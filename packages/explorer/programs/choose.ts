import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function gambler(t: Thread, x: Addr, n: number) {
  const { mem } = t
  mem.store(x, mem.choose(n) + 1)
}

function checker(t: Thread, x: Addr, n: number) {
  const { mem } = t
  const value = mem.load(x)
  check(value < n, `the highest number, ${value}, was chosen`)
}

export default defineProgram({
  name: 'choose',
  about: 'a number from 1 to n that the explorer chooses, and a reader that comes before or after: 2n traces',
  params: { n: 3 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => [call(gambler, x, n), call(checker, x, n)],
})
