/** `pnpm --filter @holdfast/harness timeline-picture`: writes docs/timeline.png, the page of a finding as it stands in the README. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { pageOf } from '@holdfast/viewer'
import { traceOf } from '../cli/view-command.js'

/** Debian's; nothing is downloaded. */
const CHROMIUM = '/usr/bin/chromium'
const DOCS = fileURLToPath(new URL('../../../../docs/', import.meta.url))
/** Two accesses that conflict, an arrow, preemptions, and a line of the C: all within a few hundred steps. */
const FINDING = 'findings/stale-list-link.json'
const KEYS = ['+', '+', '+']
const SIZE = { width: 1280, height: 960 }
/** The lanes that something happens in, in pixels. */
const LANES = 362

async function write(): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    process.stderr.write(`skipped: there is no ${CHROMIUM}; docs/timeline.png stays as it is\n`)
    return
  }
  const { chromium } = await import('playwright-core')
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-picture-'))
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 30_000 })
  try {
    const file = join(folder, 'page.html')
    writeFileSync(file, pageOf([await traceOf(join(DOCS, FINDING), {})]))
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' })
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('.toolbar')
    await page.addStyleTag({ content: `.timeline { height: ${LANES}px; resize: none }` })
    for (const key of KEYS) await page.keyboard.press(key)
    // Two frames: in the first the lanes are drawn.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    await page.screenshot({ path: join(DOCS, 'timeline.png') })
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await write()
