import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Account {
  readonly m: Addr
  readonly balance: Addr
  readonly deposited: Addr
  readonly withdrawn: Addr
}

function deposit(t: Thread, at: Account, amount: number) {
  const { mem } = t
  mem.lock(at.m)
  mem.write(at.balance, mem.read(at.balance) + amount)
  mem.write(at.deposited, 1)
  mem.unlock(at.m)
}

function withdraw(t: Thread, at: Account, amount: number) {
  const { mem } = t
  mem.lock(at.m)
  mem.write(at.balance, mem.read(at.balance) - amount)
  mem.write(at.withdrawn, 1)
  mem.unlock(at.m)
}

function audit(t: Thread, at: Account, expected: number) {
  const { mem } = t
  mem.lock(at.m)
  if (mem.read(at.deposited) !== 0 && mem.read(at.withdrawn) !== 0)
    check(mem.read(at.balance) === expected, `the balance is not ${expected}`)
  mem.unlock(at.m)
}

export default defineProgram({
  name: 'account-bad',
  about: 'an auditor who expects the deposit to be taken off: 6 traces, wrong in 2',
  memory: () => ({ m: 1, balance: [1], deposited: 1, withdrawn: 1 }),
  threads: (_, at) => [call(audit, at, 1 - 2 - 4), call(deposit, at, 2), call(withdraw, at, 4)],
})
