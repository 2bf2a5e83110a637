/** Characters of a bar, without its ends. */
const WIDTH = 24

/** How much of a whole is done, from 0 to 1: `[######------------------]  25%`. */
export function bar(share: number): string {
  const within = Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share))
  const full = Math.round(within * WIDTH)
  return `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}] ${String(Math.floor(100 * within)).padStart(3)}%`
}
