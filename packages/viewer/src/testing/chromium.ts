import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Debian's; nothing is downloaded. */
const CHROMIUM = '/usr/bin/chromium'

/** Why tests of pages are skipped, if they are. */
export const noChromium = existsSync(CHROMIUM) ? undefined : `there is no ${CHROMIUM}: pages are not tested`

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 30_000 })
}
