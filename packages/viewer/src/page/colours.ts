/** Colours of the canvas: the page's own, as the style sheet has them for light and dark. */
export interface Colours {
  readonly ground: string
  readonly text: string
  readonly faint: string
  readonly line: string
  readonly cursor: string
  readonly fault: string
  readonly preempt: string
  readonly held: string
  readonly waits: string
  readonly arrow: string
  readonly isDark: boolean
}

export function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ground: colour('ground'),
    text: colour('text'),
    faint: colour('faint'),
    line: colour('line'),
    cursor: colour('cursor'),
    fault: colour('fault'),
    preempt: colour('preempt'),
    held: colour('held'),
    waits: colour('waits'),
    arrow: colour('arrow'),
    isDark: matchMedia('(prefers-color-scheme: dark)').matches,
  }
}

/** Turns of the circle that keep neighbours apart. */
const TURN = 137.508

/** The colour of a task (of a thread, where there are none): a hue of its own; of who idles none. */
export function colourOf(number: number, name: string, { isDark }: Colours, faded = false): string {
  const key = number * 8 + (isIdle(name) ? 4 : 0) + (isDark ? 2 : 0) + (faded ? 1 : 0)
  const known = made[key] ?? makeColour(number, name, isDark, faded)
  made[key] = known
  return known
}

function isIdle(name: string): boolean {
  return name.startsWith('idle')
}

/** Colours made so far. */
const made: string[] = []

function makeColour(number: number, name: string, isDark: boolean, faded: boolean): string {
  const hue = (210 + number * TURN) % 360
  const saturation = isIdle(name) ? 0 : isDark ? 42 : 48
  const lightness = isDark ? (faded ? 24 : 42) : faded ? 90 : 66
  return `hsl(${hue.toFixed(0)} ${saturation}% ${lightness}%)`
}
