/** Tells how a run is getting on, on stderr: one line that rewrites itself, or now and then a line where nobody watches. */
export interface Progress {
  update(text: string): void
  /** Ends the line, so that what follows starts a new one. */
  done(): void
}

const QUIET_MS = 4_000

/** Writes progress to a stream: one line rewritten on a terminal, else a line every few seconds. */
export function progressOn(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  return stream.isTTY ? liveLine(stream) : plainLines(stream, now)
}

function liveLine(stream: NodeJS.WriteStream): Progress {
  let shown = false
  return {
    update(text) {
      shown = true
      stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`)
    },
    done() {
      if (shown) stream.write('\r\u001b[2K')
      shown = false
    },
  }
}

function plainLines(stream: NodeJS.WriteStream, now: () => number): Progress {
  let last = now()
  return {
    update(text) {
      if (now() - last < QUIET_MS) return
      last = now()
      stream.write(`${text}\n`)
    },
    done() {},
  }
}
