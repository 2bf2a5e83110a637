import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

const SIZE = 2

function sender(t: Thread, m: Addr, buffer: Addr, sent: Addr, n: number) {
  const { mem } = t
  for (let i = 0; i < n; i++) {
    mem.lock(m)
    const at = mem.read(sent)
    mem.write(buffer + (at % SIZE), at)
    mem.write(sent, at + 1)
    mem.unlock(m)
  }
}

function receiver(t: Thread, m: Addr, buffer: Addr, sent: Addr, n: number) {
  const { mem } = t
  let received = 0
  for (let i = 0; i < n; i++) {
    mem.lock(m)
    if (received < mem.read(sent)) {
      check(mem.read(buffer + (received % SIZE)) === received, `item ${received} was overwritten`)
      received++
    }
    mem.unlock(m)
  }
}

export default defineProgram({
  name: 'circular-buffer',
  about: 'a ring of 2 places whose sender does not look whether there is room',
  params: { n: 3 },
  memory: () => ({ m: 1, buffer: SIZE, sent: 1 }),
  threads: ({ n }, { m, buffer, sent }) => [
    call(sender, m, buffer, sent, n),
    call(receiver, m, buffer, sent, n),
  ],
})
