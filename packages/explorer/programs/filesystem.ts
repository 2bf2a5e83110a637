import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

const INODES = 32
const BLOCKS = 26

/** Flanagan and Godefroid 2005: gives inode `i` a block, the first free one from 2i on. */
function allocate(t: Thread, lockI: Addr, inode: Addr, lockB: Addr, busy: Addr, i: number) {
  const { mem } = t
  mem.lock(lockI + i)
  if (mem.read(inode + i) === 0) {
    for (let b = (i * 2) % BLOCKS; ; b = (b + 1) % BLOCKS) {
      mem.lock(lockB + b)
      const free = mem.read(busy + b) === 0
      if (free) {
        mem.write(busy + b, 1)
        mem.write(inode + i, b + 1)
      }
      mem.unlock(lockB + b)
      if (free) break
    }
  }
  check(mem.read(inode + i) > 0, 'the inode has a block')
  mem.unlock(lockI + i)
}

export default defineProgram({
  name: 'filesystem',
  about: 'n threads give blocks to inodes and meet from the 14th on: 2^(n-13) traces',
  params: { n: 14 },
  memory: () => ({ lockI: INODES, inode: INODES, lockB: BLOCKS, busy: BLOCKS }),
  threads: ({ n }, { lockI, inode, lockB, busy }) =>
    Array.from({ length: n }, (_, i) => call(allocate, lockI, inode, lockB, busy, i % INODES)),
})
