import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function writer(t: Thread, x: Addr) {
  const { mem } = t
  mem.store(x, 1)
}

function reader(t: Thread, first: Addr, second: Addr, seen: Addr) {
  const { mem } = t
  const before = mem.load(first)
  const after = mem.load(second)
  if (before === 1 && after === 0) mem.write(seen, 1)
}

export default defineProgram({
  name: 'iriw',
  about:
    'independent reads of independent writes: two readers look at two words in opposite orders: 15 traces',
  memory: () => ({ x: 1, y: 1, xFirst: 1, yFirst: 1 }),
  threads: (_, { x, y, xFirst, yFirst }) => [
    call(writer, x),
    call(writer, y),
    call(reader, x, y, xFirst),
    call(reader, y, x, yFirst),
  ],
  check: (final, _, { xFirst, yFirst }) =>
    final.read(xFirst) + final.read(yFirst) < 2
      ? undefined
      : 'the readers saw the writes in different orders',
})
