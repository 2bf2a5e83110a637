import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Michael 2004. Publishes what it is about to use, and looks whether that is still the current one. */
function reader(t: Thread, current: Addr, hazard: Addr, alive: Addr) {
  const { mem } = t
  for (;;) {
    const object = mem.load(current)
    mem.write(hazard, object + 1)
    if (mem.load(current) !== object) continue
    check(mem.load(alive + object) === 1, `object ${object} is used after it was freed`)
    break
  }
  mem.write(hazard, 0)
}

/** Replaces object 0 by object 1, and frees it when nobody has published it. */
function writer(t: Thread, current: Addr, hazards: Addr, alive: Addr, n: number) {
  const { mem } = t
  mem.store(alive + 1, 1)
  const old = mem.exchange(current, 1)
  for (let i = 0; i < n; i++) mem.spinWhile(hazards + i, old + 1)
  mem.store(alive + old, 0)
}

export default defineProgram({
  name: 'hazard-pointer',
  about:
    'n readers with a hazard pointer each, written plainly, and one who frees: 7^n traces; wrong under tso',
  params: { n: 1 },
  memory: ({ n }) => ({ current: 1, hazards: n, alive: [1, 0] }),
  unlocked: { hazards: 'read while it is published' },
  threads: ({ n }, { current, hazards, alive }) => [
    call(writer, current, hazards, alive, n),
    ...Array.from({ length: n }, (_, i) => call(reader, current, hazards + i, alive)),
  ],
})
