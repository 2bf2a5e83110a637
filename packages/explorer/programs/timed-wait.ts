import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function waiter(t: Thread, flag: Addr) {
  const { mem } = t
  const result = mem.wait(flag, 0, 10)
  const value = mem.load(flag)
  check(result !== 'ok' || value === 1, `woken, but the flag is ${value}`)
}

function waker(t: Thread, flag: Addr) {
  const { mem } = t
  mem.store(flag, 1)
  mem.notify(flag)
}

export default defineProgram({
  name: 'timed-wait',
  about: 'a wait of 10 ms, and who ends it: woken, too late, or out of time',
  memory: () => ({ flag: 1 }),
  threads: (_, { flag }) => [call(waiter, flag), call(waker, flag)],
})
