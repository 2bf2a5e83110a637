import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadTrace } from '../model/execution.js'
import { eventText, sentence } from '../model/texts.js'
import { pageOf } from '../page-text.js'
import { traceOf } from '../testing/arbitrary-trace.js'
import { launchChromium, noChromium } from '../testing/chromium.js'
import type { Trace } from '../trace/format.js'

if (noChromium !== undefined) process.stderr.write(`skipped: ${noChromium}\n`)

const folder = mkdtempSync(join(tmpdir(), 'holdfast-page-'))
const TRACE = traceOfLength(600)
const EXECUTION = loadTrace(TRACE)
let browser: Browser

function traceOfLength(length: number): Trace {
  const steps = Array.from({ length }, (_, n) => ({
    actor: (n >> 2) % 3,
    word: (n * 7) % 6,
    value: n % 3 === 0 ? n % 4 : undefined,
    preempts: n % 40 === 20,
  }))
  return traceOf(steps, [2, 1, 0])
}

interface Opened {
  readonly page: Page
  /** What the console and uncaught errors have said. */
  readonly said: string[]
}

/** Opens a page of traces from a file, at a width, and a step. */
async function open(traces: readonly Trace[], width: number, hash = ''): Promise<Opened> {
  const file = join(folder, 'page.html')
  writeFileSync(file, pageOf(traces))
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
      said.push(`asks for ${request.url()}`)
  })
  await page.goto(pathToFileURL(file).href + hash)
  await page.waitForSelector('.toolbar')
  return { page, said }
}

/** What has the focus: how that is shown, what it is, its name and where it is; '' if nothing has. */
const FOCUSED = `(() => {
  const at = document.activeElement
  if (at === null || at === document.body) return ''
  const all = [...document.querySelectorAll('*')]
  const name = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent
  return getComputedStyle(at).outlineStyle + ' ' + at.tagName + ' ' + name.trim() + ' ' + all.indexOf(at)
})()`

/** Step at which the page says it is, by its text, its slider and its number alike. */
async function stepOf(page: Page): Promise<number> {
  const step = Number(await page.getAttribute('[role=slider]', 'aria-valuenow'))
  expect(await page.getAttribute('[role=slider]', 'aria-valuetext')).toBe(
    sentence(eventText(EXECUTION, step - 1)),
  )
  expect(await page.textContent('.now')).toContain(`Step ${step}`)
  expect(await page.inputValue('input[type=number]')).toBe(String(step))
  return step
}

describe.skipIf(noChromium !== undefined)('the page, in Chromium', () => {
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each([1280, 390])(
    '%i pixels: it opens where the fault is, steps by key, and is never wider than the window',
    async (width) => {
      const { page, said } = await open([TRACE], width)
      expect(await stepOf(page)).toBe(600)
      await page.keyboard.press('Home')
      expect(await stepOf(page)).toBe(1)
      for (const [key, step] of [
        ['ArrowRight', 2],
        ['ArrowRight', 3],
        ['ArrowLeft', 2],
        ['PageDown', 102],
        ['Shift+ArrowLeft', 92],
        ['n', 101],
        ['p', 61],
        ['End', 600],
      ] as const) {
        await page.keyboard.press(key)
        expect([key, await stepOf(page)]).toEqual([key, step])
      }
      for (const key of ['+', '+', '0', '-', '?', 'Escape']) await page.keyboard.press(key)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(said).toEqual([])
      await page.close()
    },
  )

  test('a link leads to its step, and the address follows', async () => {
    const { page, said } = await open([TRACE], 1280, '#step=42')
    expect(await stepOf(page)).toBe(42)
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(/#step=43$/)
    await page.evaluate("location.hash = '#step=7'")
    await page.waitForFunction("document.querySelector('input[type=number]').value === '7'")
    expect(await stepOf(page)).toBe(7)
    expect(said).toEqual([])
    await page.close()
  })

  test('memory, sources, the original and the events are those of the step', async () => {
    const { page } = await open([TRACE], 1280)
    for (const step of [1, 4, 300]) {
      await page.fill('input[type=number]', String(step))
      await page.keyboard.press('Enter')
      const event = step - 1
      const stack = TRACE.stacks[TRACE.events.stack[event] ?? 0] ?? []
      const line = TRACE.places[stack[0] ?? 0]?.line
      expect(await page.textContent('.source .line.here .no')).toBe(String(line))
      expect(await page.textContent('.source:nth-child(2) .line.here')).toContain('return l->l_flag;')
      expect(await page.textContent('.row.here')).toContain(String(step))
    }
    await page.keyboard.press('Escape')
    const shown = await page.textContent('.memory')
    expect(shown).toContain('l_field3')
    await page.close()
  })

  test('filters leave the events they want, the search finds the next, and stepping keeps to them', async () => {
    const { page, said } = await open([TRACE], 1280, '#step=1')
    await page.selectOption('select[aria-label="Only this CPU"]', 'CPU1')
    const ofCpu1 = TRACE.events.actor.filter((actor) => actor === 1).length
    expect(await page.textContent('.events .count')).toBe(`${ofCpu1} of 600`)
    expect(await page.textContent('.filters output')).toBe(`${ofCpu1} events`)
    await page.focus('[role=slider]')
    await page.keyboard.press('ArrowRight')
    expect(TRACE.events.actor[(await stepOf(page)) - 1]).toBe(1)
    await page.keyboard.press('/')
    await page.keyboard.type('lock0')
    await page.keyboard.press('Enter')
    const found = (await stepOf(page)) - 1
    expect([TRACE.events.actor[found], TRACE.events.word[found]]).toEqual([1, 0])
    expect(said).toEqual([])
    await page.close()
  })

  test.each([1280, 390])(
    '%i pixels: Tab comes to everything once, each thing named and seen to have the focus, and leaves the page',
    async (width) => {
      const { page, said } = await open([TRACE], width)
      const visited: string[] = []
      for (let press = 0; press < 60; press++) {
        await page.keyboard.press('Tab')
        const at = String(await page.evaluate(FOCUSED))
        if (at === '') break
        visited.push(at)
      }
      expect(visited.length).toBeGreaterThan(20)
      expect(visited.length).toBeLessThan(60)
      expect(new Set(visited).size).toBe(visited.length)
      expect(visited.filter((at) => !/^solid \w+ ./.test(at))).toEqual([])
      expect(said).toEqual([])
      await page.close()
    },
  )

  test('arrow keys move a listing that is wider than its frame, and step everywhere else', async () => {
    const wide = [2, `  mem.read(l) ${'x'.repeat(400)}`] as const
    const files = TRACE.files.map((file) => (file.name === 'a.ts' ? { ...file, lines: [wide] } : file))
    const { page } = await open([{ ...TRACE, files }], 1280, '#step=5')
    await page.focus('.source pre')
    await page.keyboard.press('ArrowRight')
    expect(await stepOf(page)).toBe(5)
    await page.focus('.calls button')
    await page.keyboard.press('ArrowRight')
    expect(await stepOf(page)).toBe(6)
    await page.close()
  })

  test('two executions stand side by side and step together; what they have in common is said', async () => {
    const old = TRACE.events.old.map((value, at) => (at === 99 ? value + 1 : value))
    const shorter = { ...TRACE, title: 'the other', events: { ...TRACE.events, old } }
    const { page, said } = await open([TRACE, shorter], 1280, '#step=50')
    expect(await page.textContent('.how')).toBe('The two are the same up to step 99.')
    await page.keyboard.press('ArrowRight')
    const steps = await page
      .locator('[role=slider]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-valuenow')))
    expect(steps).toEqual(['51', '51'])
    expect(said).toEqual([])
    await page.close()
  })

  test('a click on the lanes goes to the step that is there', async () => {
    const { page } = await open([TRACE], 1280, '#step=1')
    await page.keyboard.press('0')
    await page.locator('canvas').click({ position: { x: 700, y: 40 } })
    const step = await stepOf(page)
    expect(step).toBeGreaterThan(200)
    expect(step).toBeLessThan(400)
    await page.close()
  })
})
