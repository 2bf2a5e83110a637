import { type Addr, type Call, type Thread, call, defineProgram } from '@holdfast/explorer'

// The litmus tests of the literature on x86-TSO, with plain accesses; what each thread has read, in its order, and memory at the end are the
// outcome. With `fence` 1 there is a fence between any two accesses of a thread. `holdfast explore packages/explorer/programs/litmus.ts#mp`.

/** Stores one word. */
function stores({ mem }: Thread, x: Addr, v: number) {
  mem.write(x, v)
}

/** Stores one word, then another (or the same). */
function storesTwo({ mem }: Thread, x: Addr, v: number, y: Addr, w: number, fence: number) {
  mem.write(x, v)
  if (fence === 1) mem.fence()
  mem.write(y, w)
}

/** Stores one word, then loads another (or the same). */
function storesLoads({ mem }: Thread, x: Addr, v: number, y: Addr, fence: number) {
  mem.write(x, v)
  if (fence === 1) mem.fence()
  mem.read(y)
}

/** Loads one word, then stores another. */
function loadsStores({ mem }: Thread, x: Addr, y: Addr, v: number, fence: number) {
  mem.read(x)
  if (fence === 1) mem.fence()
  mem.write(y, v)
}

/** Loads one word, then another (or the same). */
function loadsTwo({ mem }: Thread, x: Addr, y: Addr, fence: number) {
  mem.read(x)
  if (fence === 1) mem.fence()
  mem.read(y)
}

/** Stores one word, loads it, then loads another. */
function storesLoadsTwo({ mem }: Thread, x: Addr, v: number, y: Addr, fence: number) {
  mem.write(x, v)
  if (fence === 1) mem.fence()
  mem.read(x)
  if (fence === 1) mem.fence()
  mem.read(y)
}

/** Exchanges one word, then loads another. */
function exchangesLoads({ mem }: Thread, x: Addr, v: number, y: Addr) {
  mem.exchange(x, v)
  mem.read(y)
}

/** Stores one word atomically, then loads another atomically. */
function storesLoadsAtomically({ mem }: Thread, x: Addr, v: number, y: Addr) {
  mem.store(x, v)
  mem.load(y)
}

/** Stores one word plainly, then loads another atomically: a `mov` all the same. */
function storesLoadAtomic({ mem }: Thread, x: Addr, v: number, y: Addr) {
  mem.write(x, v)
  mem.load(y)
}

type Threads = (fence: number, x: Addr, y: Addr) => readonly Call[]

function litmus(name: string, about: string, threads: Threads) {
  return defineProgram({
    name,
    about,
    params: { fence: 0 },
    memory: () => ({ x: 1, y: 1 }),
    unlocked: { x: 'that is what the test is about', y: 'that is what the test is about' },
    threads: ({ fence }, { x, y }) => threads(fence, x, y),
  })
}

const storeBuffering: Threads = (fence, x, y) => [
  call(storesLoads, x, 1, y, fence),
  call(storesLoads, y, 1, x, fence),
]

export const sb = litmus(
  'sb',
  'store buffering: each stores its own word, then loads the other',
  storeBuffering,
)

export const mp = litmus(
  'mp',
  'message passing: data, then a flag; the flag is looked at first',
  (fence, x, y) => [call(storesTwo, x, 1, y, 1, fence), call(loadsTwo, y, x, fence)],
)

export const lb = litmus(
  'lb',
  'load buffering: each loads one word, then stores the other',
  (fence, x, y) => [call(loadsStores, x, y, 1, fence), call(loadsStores, y, x, 1, fence)],
)

export const iriw = litmus('iriw', 'independent reads of independent writes', (fence, x, y) => [
  call(stores, x, 1),
  call(stores, y, 1),
  call(loadsTwo, x, y, fence),
  call(loadsTwo, y, x, fence),
])

export const r = litmus(
  'r',
  'two stores against a store of the second word and a load of the first',
  (fence, x, y) => [call(storesTwo, x, 1, y, 1, fence), call(storesLoads, y, 2, x, fence)],
)

export const s = litmus(
  's',
  'two stores against a load of the second word and a store of the first',
  (fence, x, y) => [call(storesTwo, x, 2, y, 1, fence), call(loadsStores, y, x, 1, fence)],
)

export const twoPlusTwoW = litmus('2+2w', 'two stores each, in opposite orders', (fence, x, y) => [
  call(storesTwo, x, 1, y, 2, fence),
  call(storesTwo, y, 1, x, 2, fence),
])

export const wrc = litmus('wrc', 'write to read causality: what was read is passed on', (fence, x, y) => [
  call(stores, x, 1),
  call(loadsStores, x, y, 1, fence),
  call(loadsTwo, y, x, fence),
])

export const rwc = litmus(
  'rwc',
  'read to write causality: a store of what was read as not yet stored',
  (fence, x, y) => [call(stores, x, 1), call(loadsTwo, x, y, fence), call(storesLoads, y, 1, x, fence)],
)

export const sbRfi = litmus(
  'sb+rfi',
  'store buffering, each having read its own store: forwarding',
  (fence, x, y) => [call(storesLoadsTwo, x, 1, y, fence), call(storesLoadsTwo, y, 1, x, fence)],
)

export const n5 = litmus(
  'n5',
  'each stores the word and loads it: neither can see the other first',
  (fence, x) => [call(storesLoads, x, 1, x, fence), call(storesLoads, x, 2, x, fence)],
)

export const n6 = litmus(
  'n6',
  'a store that is read by its own CPU before others that come first',
  (fence, x, y) => [call(storesLoadsTwo, x, 1, y, fence), call(storesTwo, y, 2, x, 2, fence)],
)

export const corr = litmus('corr', 'coherence: two loads of one word', (fence, x) => [
  call(stores, x, 1),
  call(loadsTwo, x, x, fence),
])

export const coww = litmus('coww', 'coherence: two stores of one word', (fence, x) => [
  call(storesTwo, x, 1, x, 2, fence),
])

export const sbXchg = litmus(
  'sb+xchg',
  'store buffering with exchanges: locked operations are fences',
  (_, x, y) => [call(exchangesLoads, x, 1, y), call(exchangesLoads, y, 1, x)],
)

export const sbAtomic = litmus('sb+atomic', 'store buffering with atomic stores and loads', (_, x, y) => [
  call(storesLoadsAtomically, x, 1, y),
  call(storesLoadsAtomically, y, 1, x),
])

export const sbLoad = litmus('sb+load', 'store buffering with plain stores and atomic loads', (_, x, y) => [
  call(storesLoadAtomic, x, 1, y),
  call(storesLoadAtomic, y, 1, x),
])

export default litmus(
  'litmus',
  'the tests of x86-TSO, as litmus.ts#mp; by itself sb, store buffering',
  storeBuffering,
)
