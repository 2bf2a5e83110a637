import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Nodes are numbered from 1; `next + i` is what lies under node i. */
function push(t: Thread, top: Addr, next: Addr, node: number) {
  const { mem } = t
  for (let old = mem.load(top); ; ) {
    mem.store(next + node, old)
    const found = mem.cas(top, old, node)
    if (found === old) return
    old = found
  }
}

function pop(t: Thread, top: Addr, next: Addr): number {
  const { mem } = t
  for (let old = mem.load(top); ; ) {
    if (old === 0) return 0
    const under = mem.load(next + old)
    const found = mem.cas(top, old, under)
    if (found === old) return old
    old = found
  }
}

function take(t: Thread, top: Addr, next: Addr, owner: Addr) {
  const { mem } = t
  const node = pop(t, top, next)
  if (node !== 0) check(mem.add(owner + node, 1) === 0, `node ${node} has two owners`)
}

function takeTwoGiveOne(t: Thread, top: Addr, next: Addr, owner: Addr) {
  const { mem } = t
  const node = pop(t, top, next)
  if (node === 0) return
  check(mem.add(owner + node, 1) === 0, `node ${node} has two owners`)
  take(t, top, next, owner)
  mem.sub(owner + node, 1)
  push(t, top, next, node)
}

export default defineProgram({
  name: 'treiber-aba',
  about: 'a node that comes back to the top while a pop is under way gives a popped node away again',
  memory: () => ({ top: [1], next: [0, 2, 0], owner: 3 }),
  threads: (_, { top, next, owner }) => [
    call(takeTwoGiveOne, top, next, owner),
    call(twoTakes, top, next, owner),
  ],
})

function twoTakes(t: Thread, top: Addr, next: Addr, owner: Addr) {
  take(t, top, next, owner)
  take(t, top, next, owner)
}
