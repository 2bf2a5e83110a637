import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Shop {
  readonly choosing: Addr
  readonly number: Addr
  readonly inside: Addr
}

/** Lamport 1974, with plain stores: on x86 each must be fenced before the loads that follow. */
function customer({ mem }: Thread, { choosing, number, inside }: Shop, me: number, n: number, fence: number) {
  mem.write(choosing + me, 1)
  if (fence === 1) mem.fence()
  let highest = 0
  for (let j = 0; j < n; j++) highest = Math.max(highest, mem.read(number + j))
  const mine = highest + 1
  mem.write(number + me, mine)
  mem.write(choosing + me, 0)
  if (fence === 1) mem.fence()
  for (let j = 0; j < n; j++) {
    if (j === me) continue
    mem.await(choosing + j, 0)
    for (;;) {
      const other = mem.read(number + j)
      if (other === 0 || other > mine || (other === mine && j > me)) break
      mem.spinWhile(number + j, other)
    }
  }
  check(mem.add(inside, 1) === 0, 'two are served at once')
  mem.sub(inside, 1)
  mem.write(number + me, 0)
}

export default defineProgram({
  name: 'bakery',
  about:
    "n customers of Lamport's bakery, with plain stores: right under tso if they are fenced (fence=1), under sc anyhow",
  params: { n: 2, fence: 1 },
  memory: ({ n }) => ({ choosing: n, number: n, inside: 1 }),
  unlocked: { choosing: 'plain stores are the algorithm', number: 'plain stores are the algorithm' },
  threads: ({ n, fence }, shop) => Array.from({ length: n }, (_, me) => call(customer, shop, me, n, fence)),
})
