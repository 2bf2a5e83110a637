/** A total without a lock: what two threads add. */
import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
import { addAtomically, addTo } from './counter.js'

function adder({ mem }: Thread, total: Addr, n: number, repaired: number) {
  if (repaired === 1) addAtomically(mem, total, n)
  else addTo(mem, total, n)
}

export default defineProgram({
  name: 'counter',
  about: 'two threads add to a total; repaired=1: atomically',
  params: { repaired: 0 },
  memory: () => ({ total: 1 }),
  threads: ({ repaired }, { total }) => [call(adder, total, 1, repaired), call(adder, total, 2, repaired)],
  check: (final, _, { total }) => (final.read(total) === 3 ? undefined : `total is ${final.read(total)}`),
})
