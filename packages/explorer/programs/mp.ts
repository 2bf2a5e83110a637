import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function sender(t: Thread, data: Addr, flag: Addr) {
  const { mem } = t
  mem.store(data, 1)
  mem.store(flag, 1)
}

function receiver(t: Thread, data: Addr, flag: Addr) {
  const { mem } = t
  const sent = mem.load(flag)
  const got = mem.load(data)
  check(sent === 0 || got === 1, 'the flag came before the data')
}

export default defineProgram({
  name: 'mp',
  about: 'message passing: data, then a flag; the flag is looked at first: 3 traces',
  memory: () => ({ data: 1, flag: 1 }),
  threads: (_, { data, flag }) => [call(sender, data, flag), call(receiver, data, flag)],
})
