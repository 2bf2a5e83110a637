import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function careful(t: Thread, m: Addr, v: Addr) {
  const { mem } = t
  mem.lock(m)
  const x = mem.read(v)
  mem.write(v, mem.read(v) + 1)
  check(mem.read(v) === x + 1, 'v was changed by somebody else')
  mem.unlock(m)
}

function wrong(t: Thread, other: Addr, v: Addr) {
  const { mem } = t
  mem.lock(other)
  mem.write(v, mem.read(v) + 1)
  mem.unlock(other)
}

export default defineProgram({
  name: 'wronglock',
  about: 'a threads increment v under its mutex, b threads under another one',
  params: { a: 1, b: 1 },
  memory: () => ({ m: 1, other: 1, v: 1 }),
  threads: ({ a, b }, { m, other, v }) => [
    ...Array.from({ length: a }, () => call(careful, m, v)),
    ...Array.from({ length: b }, () => call(wrong, other, v)),
  ],
})
