import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function user(t: Thread, m: Addr, ready: Addr, object: Addr, made: Addr) {
  const { mem } = t
  if (mem.load(ready) === 0) {
    mem.lock(m)
    if (mem.load(ready) === 0) {
      mem.write(object, 42)
      mem.write(made, mem.read(made) + 1)
      mem.store(ready, 1)
    }
    mem.unlock(m)
  }
  check(mem.read(object) === 42, 'the object is not finished')
}

export default defineProgram({
  name: 'double-checked',
  about: 'n users of an object that the first of them makes, looked for before and after the lock',
  params: { n: 2 },
  memory: () => ({ m: 1, ready: 1, object: 1, made: 1 }),
  threads: ({ n }, { m, ready, object, made }) =>
    Array.from({ length: n }, () => call(user, m, ready, object, made)),
  check: (final, { n }, { made }) => (n === 0 || final.read(made) === 1 ? undefined : 'it was made twice'),
})
