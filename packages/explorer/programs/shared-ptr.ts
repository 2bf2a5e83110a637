import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Points at its own variable, reads the other's n times, and adds 3 to what is pointed at then. */
function user({ mem }: Thread, pointer: Addr, own: Addr, other: Addr, n: number) {
  mem.store(pointer, own)
  for (let i = 0; i < n; i++) mem.load(other)
  const at = mem.load(pointer)
  const value = mem.load(at)
  check(value >= 3 && value <= 7, `${value} is pointed at`)
  mem.store(at, value + 3)
}

export default defineProgram({
  name: 'shared-ptr',
  about: 'which words conflict depends on a pointer that both store: 4n + 10 traces',
  params: { n: 1 },
  memory: () => ({ pointer: 1, x: [3], y: [4] }),
  threads: ({ n }, { pointer, x, y }) => [call(user, pointer, y, x, n), call(user, pointer, x, y, n)],
})
