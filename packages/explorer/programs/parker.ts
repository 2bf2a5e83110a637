import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

interface Parking {
  readonly permit: Addr
  readonly mutex: Addr
  readonly wanted: Addr
}

/** Consumes a permit, or waits for one. */
function park({ mem }: Thread, { permit, mutex, wanted }: Parking, fence: number) {
  if (mem.read(permit) === 1) {
    mem.write(permit, 0)
    if (fence === 1) mem.fence()
    return
  }
  mem.lock(mutex)
  if (mem.read(permit) === 0) mem.cvWait(wanted, mutex)
  mem.write(permit, 0)
  mem.unlock(mutex)
}

function unpark({ mem }: Thread, { permit, mutex, wanted }: Parking) {
  mem.lock(mutex)
  const had = mem.read(permit)
  mem.write(permit, 1)
  mem.unlock(mutex)
  if (had === 0) mem.cvSignal(wanted)
}

function waiter(t: Thread, parking: Parking, ready: Addr, fence: number) {
  const { mem } = t
  while (mem.load(ready) === 0) park(t, parking, fence)
}

function waker(t: Thread, parking: Parking, ready: Addr) {
  const { mem } = t
  mem.store(ready, 1)
  unpark(t, parking)
}

export default defineProgram({
  name: 'parker',
  about:
    "LockSupport.park as it was in Java 6: under tso the permit's consumption comes late and wipes out the next (fence=0)",
  params: { fence: 1 },
  memory: () => ({ permit: [1], mutex: 1, wanted: 1, ready: 1 }),
  unlocked: { permit: 'the fast way looks without the mutex' },
  threads: ({ fence }, { permit, mutex, wanted, ready }) => [
    call(waiter, { permit, mutex, wanted }, ready, fence),
    call(waker, { permit, mutex, wanted }, ready),
  ],
})
