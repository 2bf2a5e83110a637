import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Deque {
  /** Where thieves take, and where the owner puts and takes. */
  readonly top: Addr
  readonly bottom: Addr
  readonly items: Addr
  /** How often each item was taken. */
  readonly taken: Addr
}

function push({ mem }: Thread, { bottom, items }: Deque, item: number) {
  const b = mem.read(bottom)
  mem.write(items + b, item)
  mem.write(bottom, b + 1)
}

/** Chase and Lev 2005: only for the last item must the owner contend with the thieves. */
function take({ mem }: Thread, { top, bottom, items }: Deque, fence: number): number {
  const b = mem.read(bottom) - 1
  mem.write(bottom, b)
  if (fence === 1) mem.fence()
  const t = mem.read(top)
  if (t < b) return mem.read(items + b)
  const item = t === b && mem.cas(top, t, t + 1) === t ? mem.read(items + b) : 0
  mem.write(bottom, b + 1)
  return item
}

function steal({ mem }: Thread, { top, bottom, items }: Deque): number {
  const t = mem.read(top)
  if (t >= mem.read(bottom)) return 0
  const item = mem.read(items + t)
  return mem.cas(top, t, t + 1) === t ? item : 0
}

function consume({ mem }: Thread, { taken }: Deque, item: number) {
  if (item !== 0) check(mem.add(taken + item, 1) === 0, `item ${item} was taken twice`)
}

function owner(t: Thread, deque: Deque, items: number, fence: number) {
  for (let item = 1; item <= items; item++) push(t, deque, item)
  for (let item = 1; item <= items; item++) consume(t, deque, take(t, deque, fence))
}

function thief(t: Thread, deque: Deque) {
  consume(t, deque, steal(t, deque))
}

const PLAIN = 'plain accesses are the algorithm'

export default defineProgram({
  name: 'chase-lev',
  about:
    'a work-stealing deque of k items and n thieves: under tso the owner must fence between its store of bottom and its look at top (fence=1)',
  params: { k: 2, n: 2, fence: 1 },
  memory: ({ k }) => ({ top: 1, bottom: 1, items: k + 1, taken: k + 1 }),
  unlocked: { top: PLAIN, bottom: PLAIN, items: PLAIN },
  threads: ({ k, n, fence }, deque) => [
    call(owner, deque, k, fence),
    ...Array.from({ length: n }, () => call(thief, deque)),
  ],
})
