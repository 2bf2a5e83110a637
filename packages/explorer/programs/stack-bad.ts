import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function pusher(t: Thread, m: Addr, top: Addr, some: Addr, n: number) {
  const { mem } = t
  for (let i = 0; i < n; i++) {
    mem.lock(m)
    mem.write(top, mem.read(top) + 1)
    mem.write(some, 1)
    mem.unlock(m)
  }
}

function popper(t: Thread, m: Addr, top: Addr, some: Addr, n: number) {
  const { mem } = t
  for (let i = 0; i < n; i++) {
    mem.lock(m)
    if (mem.read(some) !== 0) {
      const height = mem.read(top)
      check(height > 0, 'pop of an empty stack')
      mem.write(top, height - 1)
    }
    mem.unlock(m)
  }
}

export default defineProgram({
  name: 'stack-bad',
  about: 'a stack whose flag says for ever that there is something on it',
  params: { n: 3 },
  memory: () => ({ m: 1, top: 1, some: 1 }),
  threads: ({ n }, { m, top, some }) => [call(pusher, m, top, some, n), call(popper, m, top, some, n)],
})
