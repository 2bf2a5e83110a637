/** How much a search may still do. */
export class Budget {
  private readonly end: number
  private left: number

  constructor(seconds: number, attempts: number) {
    this.end = performance.now() + seconds * 1000
    this.left = attempts
  }

  /** Takes one attempt; false: there is none left, or no time. */
  take(): boolean {
    return this.left-- > 0 && performance.now() < this.end
  }

  get isSpent(): boolean {
    return this.left <= 0 || performance.now() >= this.end
  }

  /** A part of what is left, out of which it is paid. */
  part(share: number): Budget {
    return new BudgetPart(this, share)
  }

  get seconds(): number {
    return Math.max(0, (this.end - performance.now()) / 1000)
  }

  get attempts(): number {
    return Math.max(0, this.left)
  }
}

class BudgetPart extends Budget {
  private readonly whole: Budget

  constructor(whole: Budget, share: number) {
    super(whole.seconds * share, Math.ceil(whole.attempts * share))
    this.whole = whole
  }

  override take(): boolean {
    return super.take() && this.whole.take()
  }
}
