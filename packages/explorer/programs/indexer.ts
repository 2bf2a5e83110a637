import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

const SIZE = 128
const MESSAGES = 4

/** Flanagan and Godefroid 2005: puts its messages into a hash table, each into the first free place. */
function indexer(t: Thread, table: Addr, id: number) {
  const { mem } = t
  for (let m = 1; m <= MESSAGES; m++) {
    const message = m * 11 + id
    let h = (message * 7) % SIZE
    while (mem.cas(table + h, 0, message) !== 0) h = (h + 1) % SIZE
  }
}

export default defineProgram({
  name: 'indexer',
  about: 'n threads fill a hash table and collide from the 12th on: 8^(n-11) traces',
  params: { n: 12 },
  memory: () => ({ table: SIZE }),
  threads: ({ n }, { table }) => Array.from({ length: n }, (_, id) => call(indexer, table, id)),
})
