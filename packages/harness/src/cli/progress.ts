import { createLogUpdate } from 'log-update'

/** Tells how a run is getting on, on stderr: a view that stays in its place, or now and then a line where nobody watches. */
export interface Progress {
  /** `view` has several lines, and is asked for only where it is shown, instead of the line. */
  update(line: string, view?: () => string): void
  /** Takes the view away, so that what follows stands in its place. */
  done(): void
}

const QUIET_MS = 4_000
/** Of a terminal that does not tell its size. */
const COLUMNS = 80
const ROWS = 24

/** Writes progress to a stream: a view in one place of a terminal, else (or with NO_COLOR, as for anything that is no plain text) a line every few seconds. */
export function progressOn(
  stream: NodeJS.WriteStream,
  now: () => number = Date.now,
  env: NodeJS.ProcessEnv = process.env,
): Progress {
  const isPlain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return stream.isTTY && !isPlain ? liveView(stream) : plainLines(stream, now)
}

function liveView(stream: NodeJS.WriteStream): Progress {
  // The cursor is left alone: whatever ends the process, it is there.
  const log = createLogUpdate(stream, { showCursor: true })
  let shown = false
  return {
    update(line, view) {
      shown = true
      log(fitting(view?.() ?? line, stream.columns ?? COLUMNS, stream.rows ?? ROWS))
    },
    done() {
      if (shown) log.clear()
      shown = false
    },
  }
}

/** What would be broken into two lines, or scroll the terminal, is cut. */
function fitting(text: string, columns: number, rows: number): string {
  return text
    .split('\n')
    .slice(0, Math.max(1, rows - 1))
    .map((line) => cut(line, Math.max(20, columns - 1)))
    .join('\n')
}

function cut(line: string, room: number): string {
  return line.length <= room ? line : `${line.slice(0, room - 1)}…`
}

function plainLines(stream: NodeJS.WriteStream, now: () => number): Progress {
  let last = now()
  return {
    update(line) {
      if (now() - last < QUIET_MS) return
      last = now()
      stream.write(`${line}\n`)
    },
    done() {},
  }
}
