import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

/** Whether one of the first `count` flags is up. */
function anyUp(t: Thread, flags: Addr, count: number): boolean {
  const { mem } = t
  for (let j = 0; j < count; j++) if (mem.load(flags + j) !== 0) return true
  return false
}

/** Gives way to all with lower numbers, then waits for those with higher ones. */
function contender(t: Thread, flags: Addr, data: Addr, me: number, n: number) {
  const { mem } = t
  do {
    mem.store(flags + me, 0)
    for (let j = 0; j < me; j++) mem.await(flags + j, 0)
    mem.store(flags + me, 1)
  } while (anyUp(t, flags, me))
  for (let j = me + 1; j < n; j++) mem.await(flags + j, 0)
  mem.write(data, mem.read(data) + 1)
  mem.store(flags + me, 0)
}

export default defineProgram({
  name: 'burns',
  about: "Burns's mutual exclusion with one bit for each of n threads",
  params: { n: 2 },
  memory: ({ n }) => ({ flags: n, data: 1 }),
  threads: ({ n }, { flags, data }) =>
    Array.from({ length: n }, (_, me) => call(contender, flags, data, me, n)),
  check: (final, { n }, { data }) =>
    final.read(data) === n ? undefined : `${n} counted to ${final.read(data)}`,
})
