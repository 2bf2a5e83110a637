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

function pusher(t: Thread, top: Addr, next: Addr, node: number) {
  push(t, top, next, node)
}

function popper(t: Thread, top: Addr, next: Addr, popped: Addr) {
  const { mem } = t
  const node = pop(t, top, next)
  if (node !== 0) check(mem.add(popped + node, 1) === 0, `node ${node} was popped twice`)
}

export default defineProgram({
  name: 'treiber',
  about: "Treiber's stack: p threads push a node each, c threads pop one",
  params: { p: 2, c: 1 },
  memory: ({ p }) => ({ top: 1, next: p + 1, popped: p + 1 }),
  threads: ({ p, c }, { top, next, popped }) => [
    ...Array.from({ length: p }, (_, i) => call(pusher, top, next, i + 1)),
    ...Array.from({ length: c }, () => call(popper, top, next, popped)),
  ],
})
