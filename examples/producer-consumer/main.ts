/**
 * One producer and two consumers on real threads: `node dist/main.js [--repaired] [--items n]`, n for each consumer. Exits 0
 * when all have ended, 1 when somebody waited for 2 s.
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Queue } from './queue.js'

/** What a worker is to do. */
export interface Task {
  readonly buffer: SharedArrayBuffer
  readonly queue: Queue
  readonly role: 'producer' | 'consumer'
  /** How many it puts or takes. */
  readonly items: number
  /** Puts as put-repaired.ts does. */
  readonly repaired: boolean
}

const CONSUMERS = 2
const CAPACITY = 1024

const { values } = parseArgs({
  options: {
    repaired: { type: 'boolean', default: false },
    items: { type: 'string', default: '1000' },
  },
})
const items = Number(values.items)
if (!Number.isInteger(items) || items < 1 || items > 1_000_000) {
  console.error(`--items is ${values.items}; a whole number from 1 to 1000000 is allowed`)
  process.exit(2)
}

const queue: Queue = { head: 1, tail: 2, ring: 3, capacity: CAPACITY } // word 0 is NULL
const buffer = new SharedArrayBuffer(4 * (queue.ring + CAPACITY))

/** Runs a worker to its end, and says how that was. */
function run(name: string, role: Task['role'], count: number): Promise<string> {
  const workerData: Task = { buffer, queue, role, items: count, repaired: values.repaired }
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData })
  return new Promise((resolve) => {
    worker.once('message', () => resolve(`${name}: ${count} items`))
    worker.once('error', (error) => {
      process.exitCode = 1
      resolve(`${name}: ${error.message}`)
    })
  })
}

const threads = [run('producer', 'producer', CONSUMERS * items)]
for (let i = 1; i <= CONSUMERS; i++) threads.push(run(`consumer ${i}`, 'consumer', items))
console.log((await Promise.all(threads)).join('\n'))
