import { recordHere } from '@holdfast/cpu'
import { benchKernel, timeOnce } from './kernel.js'
import { median } from './measure.js'

/** What recording makes of an operation. */
export interface Cost {
  readonly plainNs: number
  readonly recordedNs: number
  /** Median of the ratios of neighbouring samples. */
  readonly ratio: number
}

const WARM_UPS = 3
const SAMPLES = 15

/**
 * The kernel on one CPU, plain and recorded in turn on the calling thread, so that a drift of the host touches both alike: nobody is
 * waited for, so it is the price of the recording itself.
 */
export function recordingCost(): { readonly hold: Cost; readonly swap: Cost } {
  const plain = benchKernel()
  const recorded = benchKernel(recordHere)
  const samples: { plain: ReturnType<typeof timeOnce>; recorded: ReturnType<typeof timeOnce> }[] = []
  for (let n = 0; n < WARM_UPS + SAMPLES; n++) {
    const sample = { plain: timeOnce(plain), recorded: timeOnce(recorded) }
    if (n >= WARM_UPS) samples.push(sample)
  }
  const costOf = (key: 'holdNs' | 'swapNs'): Cost => ({
    plainNs: median(samples.map((each) => each.plain[key])),
    recordedNs: median(samples.map((each) => each.recorded[key])),
    ratio: median(samples.map((each) => each.recorded[key] / each.plain[key])),
  })
  return { hold: costOf('holdNs'), swap: costOf('swapNs') }
}
