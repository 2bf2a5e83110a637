import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Rng } from '@holdfast/explorer'
import { TRACE_FORMAT, type Trace, WROTE, pageOf } from '@holdfast/viewer'

const CHROMIUM = '/usr/bin/chromium'
const ACTORS = 4
const TASKS = 12
const WORDS = 1_200
const LOCKS = 40
const FRAMES = 60

/** The timeline page of a long trace, in a browser. */
export interface PageFigures {
  /** From asking for the page until it can be used, ms. */
  readonly openMs: number
  /** Longest time that a frame took to draw while the lanes were moved, ms. */
  readonly frameMs: number
}

/** Opens a page of `length` events in Chromium; undefined if there is none. */
export async function pageFigures(length: number): Promise<PageFigures | undefined> {
  if (!existsSync(CHROMIUM)) return undefined
  const { chromium } = await import('playwright-core')
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 30_000 })
  try {
    const file = join(folder, 'page.html')
    writeFileSync(file, pageOf([longTrace(length)]))
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    const start = performance.now()
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('.toolbar')
    const openMs = performance.now() - start
    return { openMs, frameMs: Number(await page.evaluate(MOVES)) }
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Moves the lanes a little before each frame, at three sizes; the longest time from a frame's beginning until it was drawn. */
const MOVES = `(async () => {
  const canvas = document.querySelector('canvas')
  let most = 0
  for (const key of ['0', '+', '+']) {
    for (let n = 0; n < 6; n++) document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    for (let frame = 0; frame < ${FRAMES / 3}; frame++) {
      canvas.dispatchEvent(new WheelEvent('wheel', { deltaX: 60, bubbles: true, cancelable: true }))
      most = Math.max(most, await new Promise((resolve) => requestAnimationFrame((began) => setTimeout(() => resolve(performance.now() - began)))))
    }
  }
  return most
})()`

/** An execution of nobody: four CPUs, twelve LWPs, forty locks. */
function longTrace(length: number): Trace {
  const rng = new Rng(1)
  const events = {
    actor: column(),
    task: column(),
    op: column(),
    stack: column(),
    inner: column(),
    word: column(),
    old: column(),
    new: column(),
    flags: column(),
  }
  const changes = { event: column(), word: column(), value: column() }
  const locks = { event: column(), word: column(), what: column() }
  const memory = new Int32Array(WORDS)
  const owners = new Map<number, number>()
  const runs = Array.from({ length: ACTORS }, (_, actor) => actor)
  let actor = 0
  for (let event = 0; event < length; event++) {
    if (rng.below(6) === 0) actor = rng.below(ACTORS)
    if (rng.below(200) === 0) runs[actor] = rng.below(TASKS)
    const task = runs[actor] as number
    const word = rng.below(8) === 0 ? rng.below(LOCKS) : LOCKS + rng.below(WORDS - LOCKS)
    const old = memory[word] as number
    if (rng.below(4) === 0) memory[word] = rng.below(1000)
    const now = memory[word] as number
    if (now !== old) push(changes, { event, word, value: now })
    push(events, {
      actor,
      task,
      op: 0,
      stack: rng.below(500),
      inner: 0,
      word,
      old,
      new: now,
      flags: now === old ? 0 : WROTE,
    })
    if (word >= LOCKS) continue
    const owner = owners.get(word)
    push(locks, { event, word, what: owner === undefined ? 0 : owner === task ? 1 : 2 })
    if (owner === undefined) owners.set(word, task)
    else if (owner === task) owners.delete(word)
  }
  return {
    format: TRACE_FORMAT,
    title: 'bench',
    subject: 'bench',
    actors: Array.from({ length: ACTORS }, (_, n) => `CPU${n}`),
    tasks: Array.from({ length: TASKS }, (_, n) => `lwp ${n}`),
    groups: ['LWP table'],
    words: Array.from({ length: WORDS }, (_, n) => ({
      name: `lwp ${n % 100}.f${n % 12}`,
      group: 0,
      initial: 0,
    })),
    ops: ['read'],
    places: Array.from({ length: 500 }, (_, n) => ({
      file: 'a.ts',
      line: n,
      function: `f${n}`,
      text: 'mem.read(l)',
    })),
    stacks: Array.from({ length: 500 }, (_, n) => [n, (n * 7) % 500]),
    files: [],
    events,
    changes,
    locks,
    meanings: { word: [], value: [], text: [] },
    notes: [],
    focus: [length >> 1],
  }
}

function column(): number[] {
  return []
}

function push<K extends string>(
  columns: Readonly<Record<K, number[]>>,
  row: Readonly<Record<K, number>>,
): void {
  for (const name of Object.keys(columns) as K[]) columns[name].push(row[name])
}
