/** Share of a run that is not counted, and the most of it in ms: workers start, and their code is compiled. */
const WARM_SHARE = 0.4
const WARM_MS = 1_500

/** How many operations a second a machine completes once it is warm. */
export class SteadyRate {
  private readonly warmMs: number
  private firstMs = 0
  private first = 0

  constructor(seconds: number) {
    this.warmMs = Math.min(WARM_MS, seconds * 1_000 * WARM_SHARE)
  }

  /** `done` operations were completed after `ms`; called now and then. */
  look(ms: number, done: number): void {
    if (this.firstMs > 0 || ms < this.warmMs) return
    this.firstMs = ms
    this.first = done
  }

  /** The rate up to now, a second; 0 if there is none. */
  at(ms: number, done: number): number {
    return ms <= this.firstMs ? 0 : (1_000 * (done - this.first)) / (ms - this.firstMs)
  }
}
