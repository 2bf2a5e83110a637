import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Device {
  readonly pendingIo: Addr
  readonly stopping: Addr
  readonly stoppingEvent: Addr
  readonly stopped: Addr
}

function ioDecrement(t: Thread, e: Device) {
  const { mem } = t
  if (mem.sub(e.pendingIo, 1) === 1) mem.store(e.stoppingEvent, 1)
}

function add(t: Thread, e: Device) {
  const { mem } = t
  if (mem.load(e.stopping) === 0) {
    mem.add(e.pendingIo, 1)
    check(mem.load(e.stopped) === 0, 'work is done on a stopped device')
  }
  ioDecrement(t, e)
}

function stop(t: Thread, e: Device) {
  const { mem } = t
  mem.store(e.stopping, 1)
  ioDecrement(t, e)
  if (mem.load(e.stoppingEvent) !== 0) mem.store(e.stopped, 1)
}

export default defineProgram({
  name: 'bluetooth',
  about: 'a driver that is stopped between its look at the flag and its count of the work: 10 traces',
  memory: () => ({ pendingIo: [1], stopping: 1, stoppingEvent: 1, stopped: 1 }),
  threads: (_, e) => [call(stop, e), call(add, e)],
})
