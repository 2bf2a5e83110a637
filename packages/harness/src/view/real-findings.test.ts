import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { exploredIn, holdfast } from '../testing/holdfast.js'

/** Debian's; nothing is downloaded. */
const CHROMIUM = '/usr/bin/chromium'
if (!existsSync(CHROMIUM)) process.stderr.write(`skipped: there is no ${CHROMIUM}\n`)

const folder = mkdtempSync(join(tmpdir(), 'holdfast-real-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.skipIf(!existsSync(CHROMIUM)).each([
  ['a program', ['program:reorder']],
  ['the kernel', ['hold-vs-swapper', '--strategy', 'random', '--executions', '1', '--no-shrink']],
])(
  'a finding of %s opens at its fault and is stepped through, at 1280 and 390 pixels',
  async (_what, args) => {
    const { findings } = exploredIn(await holdfast(folder, ['explore', ...args, '--json']))
    const viewed = await holdfast(folder, [
      'view',
      findings[0]?.file ?? '',
      '--out',
      'page.html',
      '--no-open',
    ])
    expect(viewed.code).toBe(0)
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox'],
      timeout: 30_000,
    })
    try {
      for (const width of [1280, 390]) {
        const page = await browser.newPage({ viewport: { width, height: 800 } })
        const said: string[] = []
        page.on('console', (message) => said.push(message.text()))
        page.on('pageerror', (error) => said.push(error.message))
        await page.goto(pathToFileURL(join(folder, 'page.html')).href)
        await page.waitForSelector('.toolbar')
        expect(await page.textContent('.message')).toContain(findings[0]?.message)
        const step = async (): Promise<number> =>
          Number(await page.getAttribute('[role=slider]', 'aria-valuenow'))
        const first = await step()
        await page.keyboard.press('ArrowLeft')
        expect(await step()).toBe(first - 1)
        await page.keyboard.press('ArrowRight')
        expect(await step()).toBe(first)
        expect(await page.textContent('.source .line.here')).toMatch(/mem\.|\(/)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(said).toEqual([])
        await page.close()
      }
    } finally {
      await browser.close()
    }
  },
)
