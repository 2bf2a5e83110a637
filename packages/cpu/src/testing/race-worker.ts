import { parentPort, workerData } from 'node:worker_threads'
import type { Mem } from '@holdfast/atomics-sync'
import { WORD_WATCHED } from '../host/sanitize/options.js'
import { SanitizedMem } from '../host/sanitize/sanitized-mem.js'

/** Entry of the workers that meet at one word, on the seam of the sanitize build. */
export interface RaceWorkerData {
  readonly buffer: SharedArrayBuffer
  readonly watchpoints: SharedArrayBuffer
  /** Bytes that the workers share: see SanitizeOptions.changed. */
  readonly changed: Uint8Array
  readonly id: number
  readonly job: keyof typeof JOBS
  readonly rounds: number
  readonly all: boolean
}

/** Workers that have started; a word that is only a lock; the word they meet at. */
export const STARTED = 8
export const LOCK = 12
export const WORD = 16

const WORDS = 64
const WORKERS = 2

const JOBS = { readThenWrite, addAtomically, writeUnderLock, readBesideAdd, writeBesideAdd, fillRanges }

function readThenWrite(mem: Mem, rounds: number): void {
  for (let n = 0; n < rounds; n++) mem.write(WORD, mem.read(WORD) + 1)
}

function addAtomically(mem: Mem, rounds: number): void {
  for (let n = 0; n < rounds; n++) mem.add(WORD, 1)
}

function writeUnderLock(mem: Mem, rounds: number): void {
  for (let n = 0; n < rounds; n++) {
    while (mem.cas(LOCK, 0, 1) !== 0) mem.spinWhile(LOCK, 1)
    mem.write(WORD, mem.read(WORD) + 1)
    mem.store(LOCK, 0)
  }
}

/** One reads plainly what the other changes atomically. */
function readBesideAdd(mem: Mem, rounds: number, id: number): void {
  for (let n = 0; n < rounds; n++) {
    if (id === 0) mem.read(WORD)
    else mem.add(WORD, 1)
  }
}

/** One writes plainly what the other changes atomically. */
function writeBesideAdd(mem: Mem, rounds: number, id: number): void {
  for (let n = 0; n < rounds; n++) {
    if (id === 0) mem.write(WORD, n)
    else mem.add(WORD, 1)
  }
}

/** One writes the word alone, the other a range around it. */
function fillRanges(mem: Mem, rounds: number, id: number): void {
  for (let n = 0; n < rounds; n++) {
    if (id === 0) mem.write(WORD, n)
    else mem.fill(WORD - 2, 8, n)
  }
}

function main({ buffer, watchpoints, changed, id, job, rounds, all }: RaceWorkerData): void {
  const words = new Uint8Array(WORDS)
  words[WORD] = WORD_WATCHED
  const options = {
    watchpoints,
    watches: new Float64Array(WORKERS),
    words,
    fields: new Uint16Array(WORDS),
    changed,
    all,
    seed: 1,
    stallShare: 0.3,
  }
  const mem = new SanitizedMem(buffer, { lwps: 0, nlwps: 0 }, {}, id, options, (report) =>
    parentPort?.postMessage(report),
  )
  mem.add(STARTED, 1)
  mem.notify(STARTED)
  for (let n = mem.load(STARTED); n < WORKERS; n = mem.load(STARTED)) mem.wait(STARTED, n, 10_000)
  JOBS[job](mem, rounds, id)
}

main(workerData as RaceWorkerData)
