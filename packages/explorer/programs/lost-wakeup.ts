import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function waiter(t: Thread, m: Addr, cv: Addr) {
  const { mem } = t
  mem.lock(m)
  mem.cvWait(cv, m)
  mem.unlock(m)
}

function signaller(t: Thread, m: Addr, cv: Addr) {
  const { mem } = t
  mem.lock(m)
  mem.cvSignal(cv)
  mem.unlock(m)
}

export default defineProgram({
  name: 'lost-wakeup',
  about: 'one thread waits without a condition for a signal that may have come: 2 traces, one deadlocked',
  memory: () => ({ m: 1, cv: 1 }),
  threads: (_, { m, cv }) => [call(waiter, m, cv), call(signaller, m, cv)],
})
