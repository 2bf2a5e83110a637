import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function observer({ mem }: Thread, x: Addr, other: Addr, value: number) {
  mem.store(x, value)
  mem.load(other)
  mem.load(x)
}

function writer({ mem }: Thread, y: Addr, z: Addr, value: number) {
  mem.store(y, value)
  mem.store(z, value)
}

export default defineProgram({
  name: 'coa',
  about:
    'two threads store x and look at it again, one after a look at y, one at z, which n threads store: 4, 15, 130 traces for n = 0, 1, 2',
  params: { n: 1 },
  memory: () => ({ x: 1, y: 1, z: 1 }),
  threads: ({ n }, { x, y, z }) => [
    call(observer, x, y, 1),
    call(observer, x, z, 2),
    ...Array.from({ length: n }, (_, i) => call(writer, y, z, i)),
  ],
})
