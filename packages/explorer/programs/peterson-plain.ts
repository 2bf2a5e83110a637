import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function contender(t: Thread, flags: Addr, turn: Addr, inside: Addr, me: number, fence: number) {
  const { mem } = t
  const other = 1 - me
  mem.write(flags + me, 1)
  mem.write(turn, other)
  if (fence === 1) mem.fence()
  mem.spinWhileBoth(flags + other, 1, turn, other)
  check(mem.add(inside, 1) === 0, 'both are inside')
  mem.sub(inside, 1)
  mem.write(flags + me, 0)
}

export default defineProgram({
  name: 'peterson-plain',
  about: "Peterson's mutual exclusion by plain stores: wrong under tso, but for a fence before the wait",
  params: { fence: 0 },
  memory: () => ({ flags: 2, turn: 1, inside: 1 }),
  unlocked: { flags: 'they are what the lock is made of', turn: 'as the flags' },
  threads: ({ fence }, { flags, turn, inside }) =>
    [0, 1].map((me) => call(contender, flags, turn, inside, me, fence)),
})
