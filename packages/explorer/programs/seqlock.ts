import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function writer(t: Thread, seq: Addr, data: Addr, value: number) {
  const { mem } = t
  const before = mem.load(seq)
  mem.store(seq, before + 1)
  mem.store(data, value)
  mem.store(data + 1, value)
  mem.store(seq, before + 2)
}

function reader(t: Thread, seq: Addr, data: Addr) {
  const { mem } = t
  for (;;) {
    const before = mem.load(seq)
    if (before % 2 === 1) {
      mem.spinWhile(seq, before)
      continue
    }
    const one = mem.load(data)
    const two = mem.load(data + 1)
    if (mem.load(seq) !== before) continue
    check(one === two, `half of a write was seen: ${one} and ${two}`)
    return
  }
}

export default defineProgram({
  name: 'seqlock',
  about: 'one writer, and r readers that try again until they saw no write',
  params: { r: 1 },
  memory: () => ({ seq: 1, data: 2 }),
  threads: ({ r }, { seq, data }) => [
    call(writer, seq, data, 7),
    ...Array.from({ length: r }, () => call(reader, seq, data)),
  ],
})
