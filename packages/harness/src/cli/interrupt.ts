/** Ctrl-C and SIGTERM: the first asks the run to end and report, one that comes later ends the process. */
const IMPATIENT_MS = 1_500
const EXIT_INTERRUPTED = 130

/** A signal that aborts at the first SIGINT or SIGTERM, from when `listen` is called: until then they end the process, as ever. */
export function abortOnSignals(): { readonly signal: AbortSignal; readonly listen: () => void } {
  const controller = new AbortController()
  let first: number | undefined
  const onSignal = (): void => {
    // Package managers pass on what the terminal has sent already: two at once are one.
    if (first !== undefined && Date.now() - first > IMPATIENT_MS) process.exit(EXIT_INTERRUPTED)
    first ??= Date.now()
    controller.abort()
  }
  return {
    signal: controller.signal,
    listen() {
      process.on('SIGINT', onSignal)
      process.on('SIGTERM', onSignal)
    },
  }
}
