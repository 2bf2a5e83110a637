/** One thread of main.ts. It says how many items it has put or taken; what is thrown reaches main.ts as an error. */
import { parentPort, workerData } from 'node:worker_threads'
import { Mem } from '@holdfast/atomics-sync'
import type { Task } from './main.js'
import { put as putRepaired } from './put-repaired.js'
import { put, take } from './queue.js'

const { buffer, queue, role, items, repaired } = workerData as Task
const user = { mem: new Mem(buffer), patience: 2_000 }

for (let item = 0; item < items; item++) {
  if (role === 'consumer') take(user, queue)
  else if (repaired) putRepaired(user, queue, item)
  else put(user, queue, item)
}
parentPort?.postMessage(items)
