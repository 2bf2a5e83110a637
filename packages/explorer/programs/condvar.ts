import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function waiter(t: Thread, m: Addr, cv: Addr, flag: Addr) {
  const { mem } = t
  mem.lock(m)
  while (mem.read(flag) === 0) mem.cvWait(cv, m)
  mem.unlock(m)
}

function broadcaster(t: Thread, m: Addr, cv: Addr, flag: Addr) {
  const { mem } = t
  mem.lock(m)
  mem.write(flag, 1)
  mem.cvBroadcast(cv)
  mem.unlock(m)
}

export default defineProgram({
  name: 'condvar',
  about: 'n threads wait for a flag that one sets and broadcasts: 2, 10, 96, 1560 traces',
  params: { n: 2 },
  memory: () => ({ m: 1, cv: 1, flag: 1 }),
  threads: ({ n }, { m, cv, flag }) => [
    ...Array.from({ length: n }, () => call(waiter, m, cv, flag)),
    call(broadcaster, m, cv, flag),
  ],
})
