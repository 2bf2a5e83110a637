import { LOADING, PULSE_BYTES } from '@holdfast/explorer'
import { placesOfThread } from './thread-place.js'
import type { ThreadPlace } from './thread-place.js'

/** What explores has executed no operation for long: it is in a loop without any, which no step limit ends. */
export class Hang extends Error {
  override readonly name = 'Hang'
  readonly seconds: number
  /** Where it is, innermost first; empty: not known. */
  readonly places: readonly ThreadPlace[]
  /** It was before any execution: the top level of a module of a user, or what makes a program or a checker. */
  readonly isLoading: boolean

  constructor(seconds: number, places: readonly ThreadPlace[], isLoading = false) {
    super(`no operation for ${seconds} s`)
    this.seconds = seconds
    this.places = places
    this.isLoading = isLoading
  }
}

/** Looks without a sign of life after which a thread hangs; fewer when somebody waits for it to end. */
const SILENT_LOOKS = 30
const HURRIED_LOOKS = 3
const LOOK_MS = 1_000

/**
 * Watches a thread by its pulse (pulse.ts of the explorer). Looks are counted, not seconds: where the whole machine stood still, nothing hangs.
 * Compiling is not watched: it takes as long as it takes.
 */
export class ThreadWatch {
  /** [ pulse | number of the thread ]. */
  readonly buffer = new SharedArrayBuffer(2 * PULSE_BYTES)
  private readonly words = new Int32Array(this.buffer)
  private readonly timer: ReturnType<typeof setInterval>
  private silent = 0
  private last = 0

  /** `onHang` is called once; `hurry`: somebody waits for the end; `looks`: how many without a sign of life are too many. */
  constructor(onHang: (hang: Hang) => void, hurry: AbortSignal | undefined, looks = SILENT_LOOKS) {
    this.timer = setInterval(() => {
      const [pulse = 0, thread = 0] = this.words
      this.silent = pulse === 0 || pulse !== this.last ? 0 : this.silent + 1
      this.last = pulse
      if (this.silent < (hurry?.aborted === true ? Math.min(HURRIED_LOOKS, looks) : looks)) return
      this.end()
      const { silent } = this
      void placesOfThread(thread).then((places) =>
        onHang(new Hang((silent * LOOK_MS) / 1000, places, pulse === LOADING)),
      )
    }, LOOK_MS)
  }

  end(): void {
    clearInterval(this.timer)
  }
}

/** Called by a thread that begins a task: word 1 of the buffer of its watch says which it is. */
export function nameThread(buffer: SharedArrayBuffer, thread: number): void {
  new Int32Array(buffer)[1] = thread
}
